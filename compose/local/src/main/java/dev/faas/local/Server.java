package dev.faas.local;

import java.io.Closeable;
import java.io.IOException;

/** Runs a server as a child process. A restart keeps its data and address, and stops it first if it runs. */
public sealed interface Server extends ServerSupervisor.Supervised, Closeable permits NatsServer, PostgresServer {
    long pid();

    /** Kills all its processes, like a crash; returns when they have ended. */
    void kill() throws IOException;

    @Override
    void close() throws IOException;
}
