package dev.faas.local;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts a server that ended unexpectedly, for example after an OOM kill or on a full disk. Retries a failed start
 * without a limit, with growing pauses. Nothing else may restart or stop the server before {@link #close}.
 */
public final class ServerSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSupervisor.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A server that can be restarted. */
    public interface Supervised {
        /** Completes when the current process has ended. */
        CompletableFuture<?> onExit();

        /** Starts it again with the same data and address; returns when it is ready. */
        void restart() throws IOException;
    }

    private final String name;
    private final Supervised server;
    private final Thread thread;

    private ServerSupervisor(String name, Supervised server) {
        this.name = name;
        this.server = server;
        this.thread = Thread.ofVirtual().name("supervisor-" + name).start(this::supervise);
    }

    public static ServerSupervisor of(String name, Supervised server) {
        return new ServerSupervisor(name, server);
    }

    private void supervise() {
        try {
            while (true) {
                var unused = server.onExit().get();
                LOG.error("server ended unexpectedly, restarting name={}", name);
                restart();
                LOG.info("server restarted name={}", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (ExecutionException e) {
            LOG.error("supervision ended name={}", name, e);
        }
    }

    private void restart() throws InterruptedException {
        for (var pause = SHORTEST_PAUSE; ; pause = min(pause.multipliedBy(2), LONGEST_PAUSE)) {
            try {
                server.restart();
                return;
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                LOG.warn("server restart failed name={} retryInMs={} error={}", name, pause.toMillis(), e.getMessage());
                Thread.sleep(pause);
            }
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Ends the supervision and interrupts a restart in progress; the server keeps running. */
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
