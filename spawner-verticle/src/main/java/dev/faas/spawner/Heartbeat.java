package dev.faas.spawner;

import dev.faas.activation.SpawnerBeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the others that this spawner lives, and finds out that it must not: when a later process has taken its name, that
 * one has declared it dead.
 */
final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final Spawners spawners;
    private final Worker self;
    private final Slots slots;
    private volatile Optional<String> trouble = Optional.empty();
    private volatile boolean replaced;

    Heartbeat(Spawners spawners, Worker self, Slots slots) {
        this.spawners = spawners;
        this.self = self;
        this.slots = slots;
    }

    /** Blocks until it is stored. */
    void beat() throws InterruptedException {
        if (!replaced) {
            Answer.of(spawners.beat(new SpawnerBeat(
                    self.spawner(), self.incarnation(), slots.total(), slots.free(), trouble.orElse(null))));
        }
    }

    /** The others hear of it with the next sign of life: why nothing is taken just now, or that nothing is in the way. */
    void tell(Optional<String> trouble) {
        this.trouble = trouble;
    }

    /** True once, as soon as another process is found to have this spawner's name. */
    boolean replacedNow() {
        if (replaced || spawners.alive().stream().noneMatch(this::later)) {
            return false;
        }
        replaced = true;
        LOG.error(
                "another spawner is called {} too: this one stops taking work. Give each its own FAAS_SPAWNER_ID.",
                self.spawner());
        return true;
    }

    private boolean later(SpawnerBeat beat) {
        return beat.spawner().equals(self.spawner()) && beat.incarnation().compareTo(self.incarnation()) > 0;
    }

    boolean replaced() {
        return replaced;
    }

    /** The last sign: nothing of this spawner runs any more. Blocks. */
    void signOff() throws InterruptedException {
        if (!replaced) {
            Answer.of(spawners.signOff(self.spawner()));
        }
    }
}
