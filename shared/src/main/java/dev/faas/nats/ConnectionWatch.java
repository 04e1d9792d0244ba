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

/** Checks the connection by a round trip every second. Its status is not enough: after a kill -9 of a server, some reconnected
 * connections are CONNECTED and receive, but never send. Two failed round trips while CONNECTED force a reconnect. When the
 * connection is closed for good, the watch fails as {@link Unrecoverable}: jnats closes it when a server refuses the password
 * twice, and a new process may have the new password.
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
                    throw new Unrecoverable("NATS has closed the connection for good (" + connection.getLastError()
                            + "). Restart this process with the right FAAS_NATS_USER and FAAS_NATS_PASSWORD.");
                }
                if (status != Connection.Status.CONNECTED) {
                    failures = 0;
                } else if (roundTrip(connection)) {
                    failures = 0;
                    markAlive();
                } else if (++failures >= FAILURES_TO_FORCE && !closed) {
                    failures = 0;
                    LOG.warn("NATS reconnect forced status=CONNECTED failed_round_trips={}", FAILURES_TO_FORCE);
                    connection.forceReconnect();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("NATS connection watch failed", e);
        }
    }

    private boolean roundTrip(Connection connection) {
        try {
            connection.RTT();
            return true;
        } catch (IOException | IllegalStateException e) {
            if (!closed) {
                LOG.debug("NATS round trip failed error={}", e.toString());
            }
            alive = false;
            return false;
        }
    }

    /** The library's interface declares this method abstract and deprecated; its replacement calls it. */
    @Override
    @SuppressWarnings("deprecation")
    public void connectionEvent(Connection connection, Events event) {
        switch (event) {
            case CONNECTED -> markAlive();
            case RECONNECTED -> {
                LOG.info("NATS reconnected");
                markAlive();
                reconnected.forEach(Runnable::run);
            }
            case DISCONNECTED -> {
                if (!closed) {
                    LOG.warn("NATS disconnected");
                }
                alive = false;
            }
            case CLOSED -> alive = false;
            default -> LOG.debug("NATS connection event event={}", event);
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

    void removeReconnectListener(Runnable listener) {
        reconnected.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
