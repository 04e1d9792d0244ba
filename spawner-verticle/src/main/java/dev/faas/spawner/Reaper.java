package dev.faas.spawner;

import dev.faas.activation.Worker;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.OwnContainer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what dead spawners have left behind on this Docker host, and what this one could not remove at once. Never a
 * container whose spawner is alive, never another platform's.
 */
final class Reaper {
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    /** A container of ours that was just listed may have been removed, or let go of, meanwhile. */
    private static final Duration SETTLED = Duration.ofMinutes(1);
    /** A removal is work of the engine's too. */
    private static final int AT_ONCE = 4;

    private final ContainerEngine engine;
    private final Worker self;
    private final Predicate<Worker> dead;
    private final InstantSource clock;

    Reaper(ContainerEngine engine, Worker self, Predicate<Worker> dead, InstantSource clock) {
        this.engine = engine;
        this.self = self;
        this.dead = dead;
        this.clock = clock;
    }

    /** Blocks. Fails as the first removal that did, after all others. */
    void reap() throws EngineFault, InterruptedException {
        remove(this::orphaned);
    }

    /** Everything of this incarnation: for the end, when nothing of it runs any more. Blocks, and fails likewise. */
    void removeOwn() throws EngineFault, InterruptedException {
        remove(container -> maker(container).equals(self));
    }

    private void remove(Predicate<OwnContainer> which) throws EngineFault, InterruptedException {
        var removals = engine.listContainers().stream()
                .filter(which)
                .map(this::removal)
                .toList();
        try (var threads = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofVirtual().name("reaper-removal").factory())) {
            for (var each : threads.invokeAll(removals)) {
                each.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineFault fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Callable<Void> removal(OwnContainer container) {
        return () -> {
            LOG.info("removing container {}, left behind by {}", container.id(), maker(container));
            engine.remove(container.id());
            return null;
        };
    }

    private boolean orphaned(OwnContainer container) {
        var maker = maker(container);
        if (maker.equals(self)) {
            return !container.inUse() && container.createdAt().plus(SETTLED).isBefore(clock.instant());
        }
        if (maker.spawner().equals(self.spawner())) {
            return maker.incarnation().compareTo(self.incarnation()) < 0;
        }
        return dead.test(maker);
    }

    private static Worker maker(OwnContainer container) {
        return new Worker(container.spawner(), container.incarnation());
    }
}
