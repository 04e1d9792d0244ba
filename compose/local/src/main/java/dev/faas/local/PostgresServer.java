package dev.faas.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Runs PostgreSQL as a direct child of this process, with durable settings, on a free port of the loopback address.
 *
 * <p>Every connection needs a password (SCRAM); there is no Unix socket. If this process is root, the server runs as
 * another user. Calls block; not thread-safe.
 */
public final class PostgresServer implements Server {
    public static final Duration AUDIT_RETENTION = Duration.ofDays(400);

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int PORTS_TO_TRY = 5;

    private final PostgresCluster cluster;
    private ChildProcess child;
    private int port;

    /** A login and its password. */
    public record Role(String user, String password) {
        @Override
        public String toString() {
            return "Role[" + user + "]";
        }
    }

    private PostgresServer(PostgresCluster cluster) throws IOException {
        this.cluster = cluster;
        this.port = ReservedPort.free();
        this.child = startOnSomePort();
    }

    /**
     * Starts on the data in this directory, also after a crash; creates a database there if there is none.
     *
     * @throws StartFailed with the reason
     */
    public static PostgresServer start(Path directory) throws IOException {
        return start(directory, AUDIT_RETENTION);
    }

    /** @param auditRetention how long rows of audit logs are kept; the services cannot change it */
    public static PostgresServer start(Path directory, Duration auditRetention) throws IOException {
        return new PostgresServer(
                PostgresCluster.open(directory.toAbsolutePath().normalize(), auditRetention));
    }

    public int port() {
        return port;
    }

    /** The superuser's name. */
    public String user() {
        return PostgresCluster.SUPERUSER;
    }

    /** The superuser's password. */
    public String password() {
        return cluster.password(PostgresCluster.SUPERUSER);
    }

    /** {@code postgres://127.0.0.1:PORT/faas}. */
    public String url() {
        return "postgres://127.0.0.1:" + port + "/" + PostgresCluster.DATABASE;
    }

    /** The role that owns this schema ({@code auth} or {@code registry}) and has no rights in others. */
    public Role role(String schema) {
        var owner = PostgresCluster.owner(schema);
        return new Role(owner, cluster.password(owner));
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public void kill() throws IOException {
        child.kill();
    }

    @Override
    public CompletableFuture<?> onExit() {
        return child.onExit();
    }

    @Override
    public void restart() throws IOException {
        child.close();
        child = startOn(port);
    }

    /** Shuts down fast: open transactions are rolled back. */
    @Override
    public void close() throws IOException {
        child.close();
    }

    /** Another program may take a free port before the server does. */
    private ChildProcess startOnSomePort() throws IOException {
        for (var attempt = 1; ; attempt++) {
            try {
                return startOn(port);
            } catch (StartFailed e) {
                if (attempt == PORTS_TO_TRY || !e.getMessage().contains("Address already in use")) {
                    throw e;
                }
                port = ReservedPort.free();
            }
        }
    }

    private ChildProcess startOn(int listenPort) throws IOException {
        PostmasterFile.removeStale(cluster.data());
        var started = cluster.startServer(List.of(
                "-c", "listen_addresses=127.0.0.1",
                "-c", "port=" + listenPort,
                "-c", "unix_socket_directories=",
                "-c", "fsync=on",
                "-c", "synchronous_commit=on",
                "-c", "full_page_writes=on",
                "-c", "password_encryption=scram-sha-256",
                "-c", "shared_buffers=64MB",
                "-c", "max_connections=100",
                "-c", "timezone=UTC",
                "-c", "log_timezone=UTC",
                "-c", "log_checkpoints=off"));
        var pid = started.pid();
        started.awaitReady(START_LIMIT, () -> isReady(pid));
        return started;
    }

    private boolean isReady(long pid) {
        try {
            return PostmasterFile.read(cluster.data())
                    .filter(file -> file.isReady(pid))
                    .isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
