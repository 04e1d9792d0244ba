package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Consumers;
import dev.faas.registry.ledger.LedgerEntry;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PayloadCopy;
import dev.faas.registry.ledger.Projection;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows of the ledger that no event will ever end. What is alive and of which the bus has nothing was lost with the bus's disk:
 * it ends here, where alone it is known. An end that is on the bus and has not come to the ledger is brought there.
 */
public final class LostActivationCloser {
    private static final Logger LOG = LoggerFactory.getLogger(LostActivationCloser.class);
    /** By then the projector has done it, unless it has much to do. */
    private static final Duration OLD = Duration.ofMinutes(1);

    private static final long MUCH = 1_000;
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final ActivationEvents events;
    private final Projection projection;
    private final LedgerStore ledger;
    private final Consumers consumers;
    private final InstantSource clock;
    private Instant asked = Instant.EPOCH;
    private boolean busy;

    /** @param consumers of the stream of events, one of which is the projector's */
    public LostActivationCloser(
            ActivationEvents events,
            Projection projection,
            LedgerStore ledger,
            Consumers consumers,
            InstantSource clock) {
        this.events = events;
        this.projection = projection;
        this.ledger = ledger;
        this.consumers = consumers;
        this.clock = clock;
    }

    /**
     * Blocks.
     *
     * @param known as the ledger has it: not ended
     * @param last as the bus has it; its leader, not a replica
     */
    void settle(Snapshot known, Optional<Snapshot> last) throws Exception {
        if (last.isEmpty()) {
            if (isOld(begin(known.record()))) {
                end(known);
            }
        } else if (last.get().record() instanceof ActivationRecord.Ended ended
                && isOld(ended.report().finishedAt())
                && !projectorIsBusy()) {
            projection.project(List.of(last.get()));
        }
    }

    /** Then what the ledger lacks is on its way, and two must not copy the same output. */
    private synchronized boolean projectorIsBusy() throws Exception {
        var now = clock.instant();
        if (asked.plus(ASK_AGAIN).isBefore(now)) {
            busy = Blocking.await(consumers.state(Subjects.PROJECTOR))
                    .filter(state -> state.pending() > MUCH)
                    .isPresent();
            asked = now;
        }
        return busy;
    }

    private static Instant begin(ActivationRecord record) {
        return record instanceof ActivationRecord.Running running
                ? running.claimedAt()
                : record.activation().submittedAt();
    }

    private boolean isOld(Instant since) {
        return since.plus(OLD).isBefore(clock.instant());
    }

    private void end(Snapshot known) throws Exception {
        // Fails when there is no stream: that is not the same as a stream that has lost it.
        Blocking.await(events.streamUsage());
        var end = vanished(known.record(), clock.instant().truncatedTo(ChronoUnit.MILLIS));
        // Later than what is known, and not later than any event that is on its way after all.
        Blocking.await(ledger.write(List.of(new LedgerEntry(
                end, known.sequence() + 1, PayloadCopy.NONE, PayloadCopy.NONE, false, PayloadCopy.NONE))));
        LOG.error("activation {} is not on the bus any more: failed", end.id());
    }

    private static ActivationRecord.Ended vanished(ActivationRecord known, Instant now) {
        return switch (known) {
            case ActivationRecord.Queued queued -> queued.loseEvents(now);
            case ActivationRecord.Running running -> running.loseEvents(now);
            case ActivationRecord.Ended ended -> ended;
        };
    }
}
