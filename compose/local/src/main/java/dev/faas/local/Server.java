package dev.faas.local;

import java.io.IOException;

/** A server as a child of this process, on data and at an address that it keeps. */
public sealed interface Server extends AutoCloseable permits NatsServer, PostgresServer {
    long pid();

    /** SIGKILL to all its processes, as a crash would be; returns when they are gone. */
    void kill() throws IOException;

    /** Stops it if it runs, and starts it again on the same data and ports; returns when it serves. */
    void restart() throws IOException;

    /** In good order. */
    @Override
    void close() throws IOException;
}
