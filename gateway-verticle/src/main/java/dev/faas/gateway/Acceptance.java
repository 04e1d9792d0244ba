package dev.faas.gateway;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Order;
import dev.faas.activation.Snapshot;
import dev.faas.nats.BusException;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Accepts activations. The accepted event is the commit point: once it is stored the activation will run, and only then is
 * its command put into the queue, behind the answer's back.
 */
final class Acceptance {
    private final ActivationEvents events;
    private final Enqueuing queue;
    private final InstantSource clock;

    Acceptance(ActivationEvents events, Enqueuing queue, InstantSource clock) {
        this.events = events;
        this.queue = queue;
        this.clock = clock;
    }

    /** Completes once it will not be lost. Fails with {@code unavailable}, or {@code outcome_unknown} and the id. */
    Future<Snapshot> accept(FunctionRevision function, Submission submission, String requestId) {
        var activation = activation(function, submission, requestId);
        var first = ActivationRecord.accept(activation, new Order(function.spec(), submission.argument()));
        return Bus.answer(events.accept(first).exceptionally(failure -> {
                    throw told(BusException.cause(failure), activation.id());
                }))
                .map(appended -> stored(appended, activation));
    }

    private Activation activation(FunctionRevision function, Submission submission, String requestId) {
        var spec = function.spec();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new Activation(
                Ids.activation(now),
                function.owner(),
                new FunctionKey(function.id(), spec.name(), function.revision()),
                spec.image(),
                spec.delivery(),
                submission.timeoutSeconds().orElse(spec.limits().timeoutSeconds()),
                spec.retry(),
                now,
                now.plusSeconds(spec.queue().ttlSeconds()),
                submission.tags(),
                requestId);
    }

    private Snapshot stored(Appended appended, Activation activation) {
        return switch (appended) {
            case Appended.Stored stored -> {
                queue.enqueue(ActivationCommand.of(activation));
                yield stored.snapshot();
            }
            // 74 random bits a millisecond: somebody else's id is a fault, not bad luck.
            case Appended.Superseded other -> throw new IllegalStateException("taken already: " + activation.id());
        };
    }

    private static RuntimeException told(Throwable failure, String id) {
        return switch (failure) {
            case BusException.OutcomeUnknown unknown -> outcomeUnknown(id);
            case BusException away -> Bus.away().asException();
            case RuntimeException other -> other;
            default -> new IllegalStateException(failure);
        };
    }

    private static RuntimeException outcomeUnknown(String id) {
        return Problem.of(
                        503,
                        "outcome_unknown",
                        "Outcome unknown",
                        "Storing the activation was not confirmed in time: it may run or not. Ask for it by its id in a"
                                + " few seconds before you submit it again.")
                .with("activationId", id)
                .retryAfter(2)
                .asException();
    }
}
