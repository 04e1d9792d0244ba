package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Keeps the client's files: readable by their user only, and replaced by a rename, so that a reader never sees half of one. */
final class ConfigFolder {
    /** One for each file, because a process cannot lock a file twice. */
    private static final Map<Path, Lock> LOCKS = new ConcurrentHashMap<>();

    private final Supplier<Path> folder;

    private ConfigFolder(Supplier<Path> folder) {
        this.folder = folder;
    }

    /** Some commands need no folder, so a missing HOME is reported when it is used. */
    static ConfigFolder of(Terminal terminal) {
        return new ConfigFolder(() -> terminal.variable("XDG_CONFIG_HOME")
                .map(Path::of)
                .or(() -> terminal.variable("HOME").map(home -> Path.of(home, ".config")))
                .map(base -> base.resolve("faas"))
                .orElseThrow(() -> Failure.usage("HOME is not set", "Set HOME or XDG_CONFIG_HOME.")));
    }

    /** Empty when there is no such file. */
    Optional<Doc> read(String name) {
        var file = folder.get().resolve(name);
        try {
            return Optional.of(Doc.parse(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new Failure(
                    Exit.USAGE, "cannot read %s: %s".formatted(file, Failure.reason(e)), "Mend or delete this file.");
        }
    }

    void write(String name, Doc doc) {
        try (var room = reserve(name, 0)) {
            room.write(doc);
        }
    }

    /** Takes the room for a file before what cannot be had again is there: a disk may be full.
     *
     * @param bytes that it will have at most
     */
    Room reserve(String name, int bytes) {
        var file = folder.get().resolve(name);
        try {
            var parent = file.getParent();
            Files.createDirectories(
                    parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var temporary = Files.createTempFile(
                    parent,
                    ".new-",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            var room = new Room(file, temporary);
            try {
                room.fill(new byte[bytes]);
            } catch (IOException e) {
                room.close();
                throw e;
            }
            return room;
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** A temporary file that takes the place of {@code file}. */
    record Room(Path file, Path temporary) implements AutoCloseable {
        void write(Doc doc) {
            try {
                fill((Doc.pretty(doc) + "\n").getBytes(StandardCharsets.UTF_8));
                move(temporary, file);
            } catch (IOException e) {
                throw cannotWrite(file, e);
            }
        }

        /** Over what is there, so that no more room is taken than before. */
        private void fill(byte[] bytes) throws IOException {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                var buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.truncate(bytes.length);
                // A refresh token that is lost in a crash ends the login.
                channel.force(true);
            }
        }

        @Override
        public void close() {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                throw cannotWrite(file, e);
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    void delete(String name) {
        var file = folder.get().resolve(name);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** Runs {@code work} in one client at a time. */
    <T> T locked(String name, Supplier<T> work) {
        var file = folder.get().resolve(name + ".lock").toAbsolutePath().normalize();
        var inThisProcess = LOCKS.computeIfAbsent(file, path -> new ReentrantLock());
        inThisProcess.lock();
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (var channel = FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    var lock = channel.lock()) {
                assert lock.isValid();
                return work.get();
            }
        } catch (IOException e) {
            throw cannotWrite(file, e);
        } finally {
            inThisProcess.unlock();
        }
    }

    private static Failure cannotWrite(Path file, IOException e) {
        return new Failure(
                Exit.USAGE,
                "cannot write %s: %s".formatted(file, Failure.reason(e)),
                "Make room or give write access there, choose another folder by XDG_CONFIG_HOME, or pass a token by FAAS_TOKEN.");
    }
}
