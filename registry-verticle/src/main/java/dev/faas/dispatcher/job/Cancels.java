package dev.faas.dispatcher.job;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.activation.Snapshot;
import dev.faas.dispatcher.job.ClaimedJob.Item;
import dev.faas.lifecycle.Blocking;
import java.util.Optional;

/** Cancels activations for their owners, from the state that the ledger has: the stream refuses an outdated one. */
final class Cancels implements Work {
    private final Canceller canceller;

    Cancels(Canceller canceller) {
        this.canceller = canceller;
    }

    @Override
    public Outcome act(Item item, Subject subject) throws Exception {
        var known = new Snapshot(subject.record(), subject.sequence());
        return switch (Blocking.await(canceller.cancel(known, Reason.CANCELLED_BY_USER))) {
            case Canceller.Outcome.Requested obeyed -> Outcome.CANCELLED;
            case Canceller.Outcome.AlreadyEnded(Optional<ActivationRecord> end) ->
                end.filter(it -> it.currentReason() == Reason.CANCELLED_BY_USER).isPresent()
                        ? Outcome.CANCELLED
                        : Outcome.FAILED;
        };
    }
}
