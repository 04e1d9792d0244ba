package dev.faas.cli.run;

import dev.faas.cli.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Writes a regular file as a whole or not at all. Anything else, such as a named pipe or a device, is written as it is. */
final class ResultFile {
    /** Writes to its target. */
    interface Writer {
        void write(Consumer<byte[]> target) throws InterruptedException;
    }

    private ResultFile() {}

    /** Fails when a file cannot be made there, before anything is done for it. */
    static void check(Path file) {
        if (Files.isDirectory(file)) {
            throw Failure.usage("--output-file: cannot write %s: it is a folder".formatted(file));
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return;
        }
        try {
            var target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            var part = part(target);
            Files.createFile(part);
            Files.delete(part);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static Path part(Path file) {
        return file.resolveSibling(".%s.%s.part".formatted(file.getFileName(), UUID.randomUUID()));
    }

    static void write(Path file, Writer writer) throws InterruptedException {
        try {
            if (!Files.exists(file)) {
                replace(file.toAbsolutePath(), Optional.empty(), writer);
            } else if (Files.isRegularFile(file)) {
                // The file that a link leads to is replaced, not the link.
                replace(file.toRealPath(), Optional.of(Files.getPosixFilePermissions(file)), writer);
            } else {
                copy(Files.newOutputStream(file, StandardOpenOption.WRITE), writer);
            }
        } catch (IOException e) {
            throw failure(file, e);
        } catch (UncheckedIOException e) {
            throw failure(file, e.getCause());
        }
    }

    /** @param permissions of the old file; empty: there is none */
    private static void replace(Path file, Optional<Set<PosixFilePermission>> permissions, Writer writer)
            throws IOException, InterruptedException {
        var part = part(file);
        try {
            var out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (permissions.isPresent()) {
                Files.setPosixFilePermissions(part, permissions.get());
            }
            copy(out, writer);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void copy(OutputStream out, Writer writer) throws IOException, InterruptedException {
        try (out) {
            writer.write(bytes -> write(out, bytes));
        }
    }

    private static void write(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Failure failure(Path file, IOException e) {
        return Failure.usage("--output-file: cannot write %s: %s".formatted(file, Failure.reason(e)));
    }
}
