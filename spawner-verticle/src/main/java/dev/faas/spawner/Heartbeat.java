package dev.faas.spawner;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.schedule.Slots;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes this spawner's heartbeat, and detects when a later process has taken its id: that process has declared this one
 * dead.
 */
final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private static final int TRIES = 5;

    private final Spawners spawners;
    private final Worker self;
    private final Slots slots;
    private final HostShare share;
    private final Budget runs;
    private final Budget containers;
    private volatile Optional<String> trouble = Optional.empty();
    /** The last stored heartbeat was a successor's. */
    private volatile boolean successorSeen;

    private volatile boolean isReplaced;
    /** Of our last heartbeat. */
    private volatile long lastRevision;

    /**
     * @param runs what they take of the share
     * @param containers what they take of it
     */
    Heartbeat(Spawners spawners, Worker self, Slots slots, HostShare share, Budget runs, Budget containers) {
        this.spawners = spawners;
        this.self = self;
        this.slots = slots;
        this.share = share;
        this.runs = runs;
        this.containers = containers;
    }

    /** Blocks until it is stored, unless a successor has taken the id. */
    synchronized void publish() throws InterruptedException {
        long sentAt = System.nanoTime();
        var budget = share.next(containers.used(), runs.used());
        boolean isStored = write(last -> spawners.publish(
                new SpawnerHeartbeat(
                        self.spawner(), self.incarnation(), slots.total(), slots.free(), trouble.orElse(null), budget),
                last));
        if (isStored) {
            share.stored(budget, lastRevision, sentAt);
        }
    }

    /** Tells the other spawners of the host when this one's part changes. Returns whether what may be used has. */
    boolean updateShare() throws InterruptedException {
        boolean isChanged = share.update(revision -> spawners.isLastSeen(self.spawner(), revision));
        if (share.isOutdated(containers.used())) {
            publish();
        }
        return isChanged;
    }

    /**
     * Writes only over our own last heartbeat, so a successor's is never overwritten or deleted. Tries again if the refusal was
     * not due to a successor: an acknowledgement was lost, or the heartbeat was a predecessor's. Returns whether it is written.
     */
    private boolean write(LongFunction<CompletableFuture<Long>> request) throws InterruptedException {
        for (int i = 1; !successorSeen && !isReplaced; i++) {
            try {
                lastRevision = Blocking.awaitReply(request.apply(lastRevision));
                return true;
            } catch (BusException.CompareAndSetRefused e) {
                if (i >= TRIES) {
                    throw e;
                }
                var last = Blocking.awaitReply(spawners.lastHeartbeat(self.spawner()));
                successorSeen = last.heartbeat() != null && isSuccessor(last.heartbeat());
                lastRevision = last.revision();
            }
        }
        return false;
    }

    /** Published with the next heartbeat: why this spawner takes no work, or empty. */
    void setTrouble(Optional<String> trouble) {
        this.trouble = trouble;
    }

    /** Returns true once: when another process is first found to have this spawner's id. */
    boolean detectReplacement() {
        if (isReplaced
                || !(successorSeen || spawners.recentHeartbeats().stream().anyMatch(this::isSuccessor))) {
            return false;
        }
        isReplaced = true;
        LOG.error(
                "another process took this spawner's id, this one stops taking work spawner={}."
                        + " Give each spawner its own FAAS_SPAWNER_ID.",
                self.spawner());
        return true;
    }

    private boolean isSuccessor(SpawnerHeartbeat beat) {
        return beat.spawner().equals(self.spawner()) && beat.incarnation().compareTo(self.incarnation()) > 0;
    }

    boolean isReplaced() {
        return isReplaced;
    }

    /** Deletes the heartbeat: nothing of this spawner runs any more. Blocks. */
    synchronized void signOff() throws InterruptedException {
        var unused = write(last -> spawners.signOff(self.spawner(), last));
    }
}
