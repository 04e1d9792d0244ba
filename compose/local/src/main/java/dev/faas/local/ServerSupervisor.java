package dev.faas.local;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a server again that has ended though nobody stopped it, as an orchestrator would: killed for its memory, or given up
 * on a full disk. A start that fails is tried again for as long as it takes, with growing pauses. From its making to its
 * {@link #close} the server is its alone.
 */
public final class ServerSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSupervisor.class);
    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** What it keeps going. */
    public interface Supervised {
        /** Completes when the one that runs now has ended, for whatever reason. */
        CompletableFuture<?> onExit();

        /** On the same data and address; returns when it serves. */
        void restart() throws IOException;
    }

    private final String name;
    private final Supervised server;
    private final Thread thread;

    private ServerSupervisor(String name, Supervised server) {
        this.name = name;
        this.server = server;
        this.thread = Thread.ofVirtual().name("keeper-" + name).start(this::keep);
    }

    public static ServerSupervisor of(String name, Supervised server) {
        return new ServerSupervisor(name, server);
    }

    private void keep() {
        try {
            while (true) {
                var unused = server.onExit().get();
                LOG.error("{} has ended by itself: starting it again", name);
                restart();
                LOG.info("{} is back", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (ExecutionException e) {
            LOG.error("nobody looks after {} any more", name, e);
        }
    }

    private void restart() throws InterruptedException {
        for (var pause = SHORTEST; ; pause = shorter(pause.multipliedBy(2), LONGEST)) {
            try {
                server.restart();
                return;
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                LOG.warn("{} does not start, next try in {} ms: {}", name, pause.toMillis(), e.getMessage());
                Thread.sleep(pause);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The server is left as it is; a start under way is given up. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
