package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.CommandLocation;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command that was given out once, is still in the queue, comes to nothing and is not given out again either: somebody keeps
 * it and does nothing, or the broker has forgotten that it is due. It is replaced by a new one. So is one that is gone.
 *
 * <p>Should it be taken just then, its command is replaced under the hands of a run: the new one is found to be that run's, and
 * is left alone until it ends.
 */
public final class StalledCommandRescuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(StalledCommandRescuer.class);
    /** Few: the bus is asked about each that is in line, and has better things to do while there are many. */
    private static final int AT_ONCE = 4;

    private static final Duration BUDGET = Duration.ofSeconds(1);

    private record Sighting(CommandLocation place, Instant at) {}

    private final LedgerPass pass;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final LostActivationCloser leftovers;
    private final InstantSource clock;
    private final Duration patience;
    /** What this pass over the ledger has found to look at again, by activation id; and the one before it. */
    private Map<String, Sighting> sightings = new ConcurrentHashMap<>();

    private Map<String, Sighting> earlier = Map.of();

    /** @param patience for so long one may be given out without a run; more than the broker waits until it gives it out again */
    public StalledCommandRescuer(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            LostActivationCloser leftovers,
            InstantSource clock,
            Duration patience) {
        this.pass = new LedgerPass((after, limit) -> store.enqueued(patience, after, limit), BUDGET);
        this.events = events;
        this.queue = queue;
        this.leftovers = leftovers;
        this.clock = clock;
        this.patience = patience;
    }

    @Override
    public String name() {
        return "replacing commands that have stalled";
    }

    @Override
    public void round() throws Exception {
        pass.round((page, last) -> {
            try {
                BoundedParallel.runAll(page, AT_ONCE, "commands could not be looked at", this::look);
            } finally {
                if (last) {
                    earlier = sightings;
                    sightings = new ConcurrentHashMap<>();
                }
            }
        });
    }

    private void look(Snapshot known) throws Exception {
        var command = ActivationCommand.of(known.record().activation());
        var place = Blocking.await(queue.locate(command));
        if (place instanceof CommandLocation.Waiting) {
            return;
        }
        var now = clock.instant();
        var before = earlier.get(command.id());
        if (before == null || !before.place().equals(place)) {
            sightings.put(command.id(), new Sighting(place, now));
        } else if (Duration.between(before.at(), now).compareTo(patience) < 0) {
            sightings.put(command.id(), before);
        } else if (due(known, now)) {
            LOG.warn("activation {}: its command has stalled ({}), and is replaced", command.id(), place);
            Blocking.await(queue.remove(command));
            Blocking.await(queue.enqueue(command));
            queue.notifyWork(new QueueKey(command.owner(), command.functionId()));
        }
    }

    /** The ledger may be behind. */
    private boolean due(Snapshot known, Instant now) throws Exception {
        var actual = Blocking.await(events.lastFromLeader(known.record().id()));
        leftovers.settle(known, actual);
        return actual.filter(last -> last.record() instanceof ActivationRecord.Queued queued
                        && !queued.remainingWait(now).isPositive())
                .isPresent();
    }
}
