package dev.faas.spawner;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.spawner.schedule.Slots;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the others that this spawner lives, and finds out that it must not: when a later process has taken its name, that
 * one has declared it dead.
 */
final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private static final int TRIES = 5;

    private final Spawners spawners;
    private final Worker self;
    private final Slots slots;
    private volatile Optional<String> trouble = Optional.empty();
    /** A successor's sign was in the place of ours. */
    private volatile boolean succeeded;

    private volatile boolean isReplaced;
    /** The revision of our last sign. */
    private volatile long behind;

    Heartbeat(Spawners spawners, Worker self, Slots slots) {
        this.spawners = spawners;
        this.self = self;
        this.slots = slots;
    }

    /** Blocks until it is stored, unless another has the name. */
    void publish() throws InterruptedException {
        sign(last -> spawners.publish(
                new SpawnerHeartbeat(
                        self.spawner(), self.incarnation(), slots.total(), slots.free(), trouble.orElse(null)),
                last));
    }

    /**
     * Behind the last sign, which is our own: that of a successor is neither overwritten nor wiped out. A refusal that is not
     * a successor's (an answer of ours got lost, a predecessor's was there) is followed by another try.
     */
    private void sign(LongFunction<CompletableFuture<Long>> written) throws InterruptedException {
        for (int i = 1; !succeeded && !isReplaced; i++) {
            try {
                behind = Blocking.answer(written.apply(behind));
                return;
            } catch (BusException.CompareAndSetRefused e) {
                if (i >= TRIES) {
                    throw e;
                }
                var last = Blocking.answer(spawners.lastHeartbeat(self.spawner()));
                succeeded = last.beat() != null && later(last.beat());
                behind = last.revision();
            }
        }
    }

    /** The others hear of it with the next sign of life: why nothing is taken just now, or that nothing is in the way. */
    void setTrouble(Optional<String> trouble) {
        this.trouble = trouble;
    }

    /** True once, as soon as another process is found to have this spawner's name. */
    boolean detectReplacement() {
        if (isReplaced || !(succeeded || spawners.alive().stream().anyMatch(this::later))) {
            return false;
        }
        isReplaced = true;
        LOG.error(
                "another spawner is called {} too: this one stops taking work. Give each its own FAAS_SPAWNER_ID.",
                self.spawner());
        return true;
    }

    private boolean later(SpawnerHeartbeat beat) {
        return beat.spawner().equals(self.spawner()) && beat.incarnation().compareTo(self.incarnation()) > 0;
    }

    boolean isReplaced() {
        return isReplaced;
    }

    /** The last sign: nothing of this spawner runs any more. Blocks. */
    void signOff() throws InterruptedException {
        sign(last -> spawners.signOff(self.spawner(), last));
    }
}
