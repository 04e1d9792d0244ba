package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DeliveryAttempt;
import dev.faas.destination.DestinationSecrets;
import dev.faas.lifecycle.OncePerId;
import dev.faas.outgoing.OutgoingClient;
import dev.faas.outgoing.OutgoingFailure;
import dev.faas.outgoing.OutgoingRequest;
import dev.faas.outgoing.OutgoingResponse;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.webhook.StandardWebhooks;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes one attempt of a delivery: a signed request by Standard Webhooks. */
final class WebhookSender implements Sender {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);
    private static final Map<String, String> FIXED_HEADERS =
            Map.of("content-type", "application/json", "user-agent", "faas-webhooks");
    private static final String BROKEN =
            "The platform could not make the request; its operator finds the reason in the log.";

    private final OutgoingClient client;
    private final KeyEncryptionKeys keks;
    private final DeliveryMeters meters;
    private final OncePerId reported = new OncePerId();

    WebhookSender(OutgoingClient client, KeyEncryptionKeys keks, DeliveryMeters meters) {
        this.client = client;
        this.keks = keks;
        this.meters = meters;
    }

    @Override
    public Future<Attempted> send(Claimed delivery, @Nullable EndedRecord record) {
        if (record == null && delivery.event().activationId() != null) {
            return Future.succeededFuture(new Attempted(delivery, null, Optional.empty(), false));
        }
        var at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        long since = System.nanoTime();
        try {
            return client.post(request(delivery, delivery.event().toBody(record), at))
                    .map(response -> answered(delivery, at, since, response))
                    .recover(failure -> Future.succeededFuture(failed(delivery, at, since, failure)));
        } catch (RuntimeException e) { // such as a secret whose key is missing
            return Future.succeededFuture(failed(delivery, at, since, e));
        }
    }

    private OutgoingRequest request(Claimed delivery, ObjectNode event, Instant at) {
        var destination = delivery.destination();
        var secrets = DestinationSecrets.open(keks, destination.sealedFor(), destination.secrets());
        var body = event.toString().getBytes(StandardCharsets.UTF_8);
        var headers = new HashMap<>(secrets.headers());
        headers.putAll(FIXED_HEADERS);
        headers.put(StandardWebhooks.ID, delivery.event().id());
        headers.put(StandardWebhooks.TIMESTAMP, Long.toString(at.getEpochSecond()));
        headers.put(
                StandardWebhooks.SIGNATURE,
                secrets.signer(at).sign(delivery.event().id(), at, body));
        return new OutgoingRequest(
                OutgoingUrl.parse(destination.spec().url()),
                headers,
                Buffer.buffer(body),
                Duration.ofSeconds(destination.spec().timeoutSeconds()));
    }

    private static Attempted answered(Claimed delivery, Instant at, long since, OutgoingResponse response) {
        return new Attempted(
                delivery,
                new DeliveryAttempt(
                        at, millisSince(since), response.status(), null, response.headers(), response.body()),
                response.retryAfter(Instant.now()),
                false,
                // Other callbacks of this origin may have other receivers.
                delivery.destination().implicit() && response.status() == Attempted.GONE ? "gone" : null);
    }

    private Attempted failed(Claimed delivery, Instant at, long since, Throwable failure) {
        if (failure instanceof OutgoingFailure outgoing) {
            meters.refused(outgoing.reason());
            return failed(delivery, at, since, outgoing.getMessage(), false);
        }
        if (reported.isFirst(delivery.destination().id())) {
            LOG.error(
                    "delivery not sent delivery={} destination={}",
                    delivery.id(),
                    delivery.destination().id(),
                    failure);
        }
        return failed(delivery, at, since, BROKEN, true);
    }

    private static Attempted failed(
            Claimed delivery, Instant at, long since, @Nullable String error, boolean isOurFault) {
        return new Attempted(
                delivery,
                new DeliveryAttempt(at, millisSince(since), null, error, Map.of(), null),
                Optional.empty(),
                isOurFault);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
