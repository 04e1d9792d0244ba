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
 * Checks unfinished rows of the ledger that other repairs find: one whose events are missing from the event stream is closed
 * as failed, one whose end is in the stream but not in the ledger is projected.
 *
 * <p>Events are missing when NATS lost its disk. The ledger alone has a record of the activation then, so it is closed there.
 */
public final class LostActivationCloser {
    private static final Logger LOG = LoggerFactory.getLogger(LostActivationCloser.class);
    /** The projector has written a state of this age, unless it is behind. */
    private static final Duration MIN_AGE = Duration.ofMinutes(1);

    private static final long BUSY_FROM = 1_000;
    private static final Duration BUSY_MAX_AGE = Duration.ofSeconds(1);

    private final ActivationEvents events;
    private final Projection projection;
    private final LedgerStore ledger;
    private final Consumers consumers;
    private final InstantSource clock;
    private Instant busyReadAt = Instant.EPOCH;
    private boolean busy;

    /** @param consumers of the event stream; the projector's is one of them */
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
     * @param known state in the ledger; not ended
     * @param last state in the event stream, read from its leader
     */
    void closeIfOver(Snapshot known, Optional<Snapshot> last) throws Exception {
        if (last.isEmpty()) {
            if (isOld(startOf(known.record()))) {
                closeAsLost(known);
            }
        } else if (last.get().record() instanceof ActivationRecord.Ended ended
                && isOld(ended.report().finishedAt())
                && !isProjectorBusy()) {
            projection.project(List.of(last.get()));
        }
    }

    /** A busy projector will reach the end soon, and two writers must not copy the same output. */
    synchronized boolean isProjectorBusy() throws Exception {
        var now = clock.instant();
        if (busyReadAt.plus(BUSY_MAX_AGE).isBefore(now)) {
            busy = Blocking.await(consumers.state(Subjects.PROJECTOR))
                    .filter(state -> state.pending() > BUSY_FROM)
                    .isPresent();
            busyReadAt = now;
        }
        return busy;
    }

    private static Instant startOf(ActivationRecord record) {
        return record instanceof ActivationRecord.Running running
                ? running.claimedAt()
                : record.activation().submittedAt();
    }

    private boolean isOld(Instant since) {
        return since.plus(MIN_AGE).isBefore(clock.instant());
    }

    private void closeAsLost(Snapshot known) throws Exception {
        // Fails when the stream is missing: an unavailable stream has not lost the activation.
        Blocking.await(events.streamUsage());
        var end = toLost(known.record(), clock.instant().truncatedTo(ChronoUnit.MILLIS));
        // Replaces the known state, and is itself replaced by any event that still arrives.
        Blocking.await(ledger.write(List.of(new LedgerEntry(
                end, known.sequence() + 1, PayloadCopy.NONE, PayloadCopy.NONE, false, PayloadCopy.NONE))));
        LOG.error("activation closed as failed because the event stream lost it activation={}", end.id());
    }

    private static ActivationRecord.Ended toLost(ActivationRecord known, Instant now) {
        return switch (known) {
            case ActivationRecord.Queued queued -> queued.loseEvents(now);
            case ActivationRecord.Running running -> running.loseEvents(now);
            case ActivationRecord.Ended ended -> ended;
        };
    }
}
