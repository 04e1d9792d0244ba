package dev.faas.gateway.submit;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.wire.Problem;
import io.vertx.core.Future;

/** Stops activations for those whose they are. */
public final class Cancellation {
    private final ActivationReader reader;
    private final Canceller cancelling;

    public Cancellation(ActivationReader reader, Canceller cancelling) {
        this.reader = reader;
        this.cancelling = cancelling;
    }

    /** The state after it: ended, or running and marked. Fails with {@code already_finished} or {@code activation_not_found}. */
    public Future<ActivationRecord> cancel(String id, Caller caller) {
        return reader.alive(id, caller).compose(alive -> {
            if (alive.isEmpty()) {
                return reader.past(id, caller).map(ended -> {
                    throw finished(id);
                });
            }
            return BusAnswer.answer(cancelling.cancel(alive.get(), Reason.CANCELLED_BY_USER))
                    .map(outcome -> switch (outcome) {
                        case Canceller.Outcome.Requested obeyed -> obeyed.state();
                        case Canceller.Outcome.AlreadyEnded late -> throw finished(id);
                    });
        });
    }

    private static RuntimeException finished(String id) {
        return Problem.of(
                        409,
                        "already_finished",
                        "Already finished",
                        "Activation " + id + " has ended already, and stays as it is. Its record says how.")
                .asException();
    }
}
