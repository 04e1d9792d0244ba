package dev.faas.gateway.submit;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.time.InstantSource;

/** Cancels activations for their owners. */
public final class Cancellation {
    private final ActivationReader reader;
    private final BusRetry bus;
    private final Canceller canceller;
    private final InstantSource clock;

    public Cancellation(ActivationReader reader, BusRetry bus, Canceller canceller, InstantSource clock) {
        this.reader = reader;
        this.bus = bus;
        this.canceller = canceller;
        this.clock = clock;
    }

    /**
     * Completes with the new state: ended, or running with a cancel request. Fails with {@code already_finished} or
     * {@code activation_not_found}.
     */
    public Future<ActivationRecord> cancel(String id, Caller caller) {
        return reader.findInStream(id, caller).compose(newest -> {
            if (newest.isEmpty()) {
                return reader.getFromLedger(id, caller).map(ended -> {
                    throw alreadyFinished(id);
                });
            }
            var now = clock.instant();
            return bus.ask(caller, () -> canceller.cancel(newest.get(), Reason.CANCELLED_BY_USER, now))
                    .map(outcome -> switch (outcome) {
                        case Canceller.Outcome.Requested obeyed -> obeyed.state();
                        case Canceller.Outcome.AlreadyEnded late -> throw alreadyFinished(id);
                    });
        });
    }

    private static RuntimeException alreadyFinished(String id) {
        return Problem.of(
                        409,
                        "already_finished",
                        "Already finished",
                        "Activation " + id + " has ended, so it cannot be cancelled. Its record says how it ended.")
                .asException();
    }
}
