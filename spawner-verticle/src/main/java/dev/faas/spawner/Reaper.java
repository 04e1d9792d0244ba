package dev.faas.spawner;

import dev.faas.activation.Worker;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.OwnContainer;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the containers of dead spawners on this Docker host, and those of this spawner whose removal failed. Never removes
 * containers of another platform or of a spawner that is alive.
 */
final class Reaper {
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    /** A younger container of this spawner may be about to be owned by a sandbox, or to be removed. */
    private static final Duration MIN_AGE = Duration.ofMinutes(1);
    /** A removal loads the engine too. */
    private static final int PARALLEL = 4;

    private final ContainerEngine engine;
    private final Worker self;
    private final Predicate<Worker> isDead;
    private final InstantSource clock;

    Reaper(ContainerEngine engine, Worker self, Predicate<Worker> isDead, InstantSource clock) {
        this.engine = engine;
        this.self = self;
        this.isDead = isDead;
        this.clock = clock;
    }

    /** Blocks. Tries every removal, then fails if one of them failed. */
    void reap() throws EngineFault, IOException, InterruptedException {
        remove(this::isOrphaned);
    }

    /** Removes all containers of this incarnation, once nothing of it runs any more. Blocks and fails like {@link #reap}. */
    void removeOwn() throws EngineFault, IOException, InterruptedException {
        remove(container -> creator(container).equals(self));
    }

    private void remove(Predicate<OwnContainer> shouldRemove) throws EngineFault, IOException, InterruptedException {
        var containers = engine.listContainers().stream().filter(shouldRemove).toList();
        BoundedParallel.runAll(containers, PARALLEL, "containers could not be removed", container -> {
            engine.remove(container.id());
            LOG.info("orphaned container removed container={} owner={}", container.id(), creator(container));
        });
    }

    private boolean isOrphaned(OwnContainer container) {
        var creator = creator(container);
        if (creator.equals(self)) {
            return !container.inUse() && container.createdAt().plus(MIN_AGE).isBefore(clock.instant());
        }
        if (creator.spawner().equals(self.spawner())) {
            return creator.incarnation().compareTo(self.incarnation()) < 0;
        }
        return isDead.test(creator);
    }

    private static Worker creator(OwnContainer container) {
        return new Worker(container.spawner(), container.incarnation());
    }
}
