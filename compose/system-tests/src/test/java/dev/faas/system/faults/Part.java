package dev.faas.system.faults;

import dev.faas.local.Server;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Controls the processes of one part of the platform. Not thread-safe. */
public sealed interface Part extends AutoCloseable permits Program, Part.ServerPart {
    String name();

    long pid();

    /** Kills all its processes; returns when they have ended. */
    void kill() throws IOException;

    /** Starts it again with the same data and address; it may not be ready yet. */
    void restart() throws IOException;

    /** Stops it in order. */
    @Override
    void close() throws IOException;

    /** Its first process and the descendants. */
    default List<ProcessHandle> processes() {
        return ProcessHandle.of(pid())
                .map(first -> Stream.concat(Stream.of(first), first.descendants()))
                .orElseGet(Stream::empty)
                .toList();
    }

    default boolean isAlive() {
        return ProcessHandle.of(pid()).filter(ProcessHandle::isAlive).isPresent();
    }

    record ServerPart<S extends Server>(String name, S server) implements Part {
        @Override
        public long pid() {
            return server.pid();
        }

        @Override
        public void kill() throws IOException {
            server.kill();
        }

        @Override
        public void restart() throws IOException {
            server.restart();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
