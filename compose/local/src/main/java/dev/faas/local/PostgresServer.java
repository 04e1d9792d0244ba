package dev.faas.local;

import java.io.IOException;
import java.nio.file.Path;

/** PostgreSQL as a child of this process, with durable settings, on a free port of the loopback address. */
public final class PostgresServer implements AutoCloseable {
    /** Who may log in. */
    public record Role(String user, String password) {}

    private PostgresServer() {}

    /** Starts on the given directory: makes a database there the first time, goes on with it later. */
    public static PostgresServer start(Path dataDir) throws IOException {
        return new PostgresServer();
    }

    public int port() {
        return 0;
    }

    /** The superuser's name. */
    public String user() {
        return "";
    }

    /** The superuser's password. */
    public String password() {
        return "";
    }

    /** {@code postgres://127.0.0.1:PORT/faas}. */
    public String url() {
        return "";
    }

    /** The role that owns the schema of this name ({@code auth} or {@code registry}) and has no rights in others. */
    public Role role(String schema) {
        return new Role(schema, "");
    }

    /** SIGKILL, as a crash would be. */
    public void kill() throws IOException {}

    /** Starts again on the same data and port. */
    public void restart() throws IOException {}

    @Override
    public void close() throws IOException {}
}
