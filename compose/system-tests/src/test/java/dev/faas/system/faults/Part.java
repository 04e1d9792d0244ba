package dev.faas.system.faults;

import dev.faas.local.Server;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** A part of the platform, as processes of its own, which faults may befall. Not for several threads at once. */
public sealed interface Part extends AutoCloseable permits Program, Part.Served {
    String name();

    long pid();

    /** SIGKILL to all its processes; returns when they are gone. */
    void kill() throws IOException;

    /** Starts it again on its data and its address; it may not serve yet. */
    void restart() throws IOException;

    /** In good order. */
    @Override
    void close() throws IOException;

    /** Its processes: the first one and what that has started. */
    default List<ProcessHandle> family() {
        return ProcessHandle.of(pid())
                .map(first -> Stream.concat(Stream.of(first), first.descendants()))
                .orElseGet(Stream::empty)
                .toList();
    }

    default boolean alive() {
        return ProcessHandle.of(pid()).filter(ProcessHandle::isAlive).isPresent();
    }

    record Served<S extends Server>(String name, S server) implements Part {
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
