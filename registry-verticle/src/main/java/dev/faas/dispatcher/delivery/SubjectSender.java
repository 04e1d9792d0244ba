package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.Inbox;
import dev.faas.activation.Activation.Cause;
import dev.faas.destination.DestinationSpec.SubjectTarget;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.submit.SubmitOrigin;
import dev.faas.nats.Nats;
import dev.faas.nats.retry.BusRetry;
import dev.faas.source.MessageCause;
import dev.faas.wire.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one attempt of a delivery: publishes the event as a CloudEvent on a subject of the owner (its NATS binding). A repeat
 * after a crash may publish it twice, with the same id.
 */
final class SubjectSender implements Sender {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final String CONTENT_TYPE = "content-type";
    private static final String JSON = "application/json";

    private final Inbox inbox;
    private final NamedSubmits submits;
    private final Context context;

    SubjectSender(Vertx vertx, Nats nats, NamedSubmits submits) {
        this.inbox = new Inbox(nats, new BusRetry(PATIENCE));
        this.submits = submits;
        this.context = vertx.getOrCreateContext();
    }

    @Override
    public Future<Attempted> send(Claimed delivery, @Nullable EndedRecord record) {
        var owner = delivery.destination().owner();
        if (record == null && delivery.event().activationId() != null) {
            return Future.succeededFuture(Attempted.over(delivery, "record_expired"));
        }
        if (submits.isSuspended(owner)) {
            return Future.succeededFuture(Attempted.over(delivery, "suspended"));
        }
        var begun = Begun.now(delivery);
        try {
            var cause = record == null ? null : record.cause();
            if (cause != null && cause.depth() > Cause.MAX_DEPTH) {
                return Future.succeededFuture(Attempted.over(delivery, "chain_too_deep"));
            }
            var message = message(delivery, record, cause);
            var published = Promise.<Long>promise();
            context.runOnContext(now -> publish(message, delivery.id()).onComplete(published));
            return published
                    .future()
                    .map(sequence ->
                            begun.accepted(JsonNodeFactory.instance.objectNode().put("sequence", sequence)))
                    .otherwise(failure -> failure instanceof ProblemException refusal
                            ? begun.refused(refusal.problem())
                            : begun.unanswered(failure));
        } catch (RuntimeException e) { // such as a record that cannot be read
            return Future.succeededFuture(begun.unanswered(e));
        }
    }

    /** Of a closed connection it throws. */
    private Future<Long> publish(Inbox.Message message, String deliveryId) {
        try {
            return inbox.publish(message, new SubmitOrigin(deliveryId));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static Inbox.Message message(Claimed delivery, @Nullable EndedRecord record, @Nullable Cause cause) {
        var destination = delivery.destination();
        SubjectTarget target = Objects.requireNonNull(destination.spec().subject());
        var event = delivery.event();
        var body = event.toBody(record);
        var attributes = JsonNodeFactory.instance
                .objectNode()
                .put("specversion", "1.0")
                .put("id", event.id())
                .put(
                        "source",
                        record == null
                                ? "/v1/projects/" + destination.owner()
                                : "/v1/functions/"
                                        + record.ended().activation().function().id())
                .put("type", "dev.faas." + event.type())
                .put("time", body.path("timestamp").textValue());
        if (event.activationId() != null) {
            attributes.put("subject", event.activationId());
        }
        var headers = new HashMap<String, String>();
        if (cause != null) {
            headers.putAll(MessageCause.toHeaders(cause));
        }
        ObjectNode content = (ObjectNode) body.path("data");
        if (target.isBinary()) {
            attributes
                    .properties()
                    .forEach(each ->
                            headers.put("ce-" + each.getKey(), each.getValue().textValue()));
            headers.put(CONTENT_TYPE, JSON);
        } else {
            content = attributes.put("datacontenttype", JSON).set("data", content);
            headers.put(CONTENT_TYPE, "application/cloudevents+json");
        }
        return new Inbox.Message(
                destination.owner(), target.name(), headers, Buffer.buffer(content.toString()), Optional.empty());
    }
}
