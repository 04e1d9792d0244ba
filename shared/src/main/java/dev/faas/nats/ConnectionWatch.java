package dev.faas.nats;

import dev.faas.lifecycle.Unrecoverable;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the connection is alive, which its status alone does not tell: after a server's kill -9 some reconnects are
 * CONNECTED, receive, and never send again. A round trip a second; two that fail while CONNECTED force a new connection.
 * One that is closed for good, as jnats does when a server refuses its password twice, ends the watch as {@link Unrecoverable}: a
 * new process may have the new password.
 */
final class ConnectionWatch implements ConnectionListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int FAILURES_TO_FORCE = 2;

    private final List<Runnable> reconnected = new CopyOnWriteArrayList<>();
    private volatile boolean alive;
    private volatile long since;
    private volatile boolean closed;
    private @Nullable Thread thread;

    void start(Connection connection) {
        thread = Thread.ofVirtual().name("nats-watch").start(() -> watch(connection));
    }

    private void watch(Connection connection) {
        int failures = 0;
        try {
            while (!closed) {
                Thread.sleep(EVERY);
                var status = connection.getStatus();
                if (status == Connection.Status.CLOSED && !closed) {
                    throw new Unrecoverable(
                            "the NATS connection is closed for good (" + connection.getLastError()
                                    + "): this process has to start anew, with the right FAAS_NATS_USER and FAAS_NATS_PASSWORD");
                }
                if (status != Connection.Status.CONNECTED) {
                    failures = 0;
                } else if (roundTrip(connection)) {
                    failures = 0;
                    markAlive();
                } else if (++failures >= FAILURES_TO_FORCE && !closed) {
                    failures = 0;
                    LOG.warn("connected to NATS, yet no round trip: reconnecting by force");
                    connection.forceReconnect();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("the watch over the NATS connection ended", e);
        }
    }

    private boolean roundTrip(Connection connection) {
        try {
            connection.RTT();
            return true;
        } catch (IOException | IllegalStateException e) {
            if (!closed) {
                LOG.debug("no round trip to NATS: {}", e.toString());
            }
            alive = false;
            return false;
        }
    }

    /** The library declares this one abstract and deprecated at once; its replacement calls it. */
    @Override
    @SuppressWarnings("deprecation")
    public void connectionEvent(Connection connection, Events event) {
        switch (event) {
            case CONNECTED -> markAlive();
            case RECONNECTED -> {
                LOG.info("reconnected to NATS");
                markAlive();
                reconnected.forEach(Runnable::run);
            }
            case DISCONNECTED -> {
                if (!closed) {
                    LOG.warn("disconnected from NATS");
                }
                alive = false;
            }
            case CLOSED -> alive = false;
            default -> LOG.debug("NATS: {}", event);
        }
    }

    private void markAlive() {
        if (!alive) {
            since = System.nanoTime();
            alive = true;
        }
    }

    boolean isConnected() {
        return alive;
    }

    Duration connectedFor() {
        return alive ? Duration.ofNanos(System.nanoTime() - since) : Duration.ZERO;
    }

    void onReconnect(Runnable listener) {
        reconnected.add(listener);
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
