package dev.faas.dispatcher.source;

import dev.faas.acceptance.Accepted;
import dev.faas.acceptance.PastActivations;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation.Trigger;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.submit.SubmitOrigin;
import dev.faas.hook.CloudEventBody.Wrapper;
import dev.faas.hook.ReceivedMessage;
import dev.faas.nats.Delivery;
import dev.faas.source.MessageCause;
import dev.faas.source.MessageIds;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits messages, each under an id that follows from the message, so that one that is delivered again finds its activation.
 * Only what may have been delivered before costs a look-up.
 */
final class MessageSubmitter {
    private static final Logger LOG = LoggerFactory.getLogger(MessageSubmitter.class);
    private static final String TYPE_OF_OTHERS = "dev.faas.subject.message";
    /** Less than the time after which a message is delivered again. */
    private static final Duration FIRST_DELIVERY = Duration.ofSeconds(10);

    private final NamedSubmits submits;

    MessageSubmitter(NamedSubmits submits) {
        this.submits = submits;
    }

    /** What became of a message. */
    sealed interface Result {
        Delivery delivery();

        record Accepted(Delivery delivery) implements Result {}

        /** It may be accepted later. */
        record Waits(Delivery delivery, Problem problem) implements Result {}

        /** It never will. */
        record Refused(Delivery delivery, Problem problem) implements Result {}

        record NoAnswer(Delivery delivery) implements Result {}
    }

    /** In their order; none of them fails. */
    List<Future<Result>> submit(LeasedSource source, FunctionRevision function, List<Delivery> deliveries) {
        var past = submits.findTogether(
                deliveries.stream().map(delivery -> id(source, delivery)).toList());
        return deliveries.stream()
                .map(delivery -> submit(source, function, delivery, past))
                .toList();
    }

    private Future<Result> submit(
            LeasedSource source, FunctionRevision function, Delivery delivery, PastActivations past) {
        try {
            return accept(source, function, delivery, past)
                    .<Result>map(accepted -> new Result.Accepted(delivery))
                    .recover(failure -> Future.succeededFuture(failed(source, delivery, failure)));
        } catch (RuntimeException e) {
            return Future.succeededFuture(failed(source, delivery, e));
        }
    }

    private static Result failed(LeasedSource source, Delivery delivery, Throwable failure) {
        if (failure instanceof ProblemException refusal) {
            var problem = refusal.problem();
            return problem.mayPass() ? new Result.Waits(delivery, problem) : new Result.Refused(delivery, problem);
        }
        LOG.warn("message not submitted source={} sequence={}", source.id(), delivery.sequence(), failure);
        return new Result.NoAnswer(delivery);
    }

    private static String id(LeasedSource source, Delivery delivery) {
        return MessageIds.id(source.seed().getBytes(), delivery.sequence(), delivery.storedAt());
    }

    private Future<Accepted> accept(
            LeasedSource source, FunctionRevision function, Delivery delivery, PastActivations past) {
        var now = Instant.now();
        var id = id(source, delivery);
        var request = request(source, function, delivery);
        // A delivery count of 1 alone does not say so: the message may have been in this process since.
        boolean isFirst = delivery.deliveryCount() == 1 && delivery.storedAt().isAfter(now.minus(FIRST_DELIVERY));
        return isFirst ? submits.acceptUnlessInStream(id, request, now) : submits.accept(id, request, past);
    }

    private static SubmitRequest request(LeasedSource source, FunctionRevision function, Delivery delivery) {
        var sequence = Long.toString(delivery.sequence());
        var message = new ReceivedMessage(List.copyOf(delivery.headers().entrySet()), delivery.bytes());
        var event = new Wrapper(
                source.id() + "-" + sequence,
                "/v1/sources/" + source.id(),
                TYPE_OF_OTHERS,
                Subjects.userSubject(delivery.subject()),
                delivery.storedAt());
        var argument = source.spec().body().argument(message, event);
        return new SubmitRequest(
                function,
                new Submission(argument, OptionalInt.empty(), Map.of()),
                "",
                Optional.empty(),
                new SubmitOrigin(source.id()),
                new Trigger(Trigger.SOURCE, source.id(), sequence),
                null,
                MessageCause.of(delivery.headers()));
    }
}
