package dev.faas.local;

import java.io.Closeable;
import java.io.IOException;

/** A server as a child of this process, on data and at an address that it keeps; a restart stops it if it runs. */
public sealed interface Server extends ServerSupervisor.Supervised, Closeable permits NatsServer, PostgresServer {
    long pid();

    /** SIGKILL to all its processes, as a crash would be; returns when they are gone. */
    void kill() throws IOException;

    @Override
    void close() throws IOException;
}
