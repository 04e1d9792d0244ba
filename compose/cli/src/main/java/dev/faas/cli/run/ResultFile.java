package dev.faas.cli.run;

import dev.faas.cli.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;

/** Writes a file as a whole or not at all. */
final class ResultFile {
    /** Writes to its target. */
    interface Writer {
        void write(Consumer<byte[]> target) throws InterruptedException;
    }

    private ResultFile() {}

    static void write(Path file, Writer writer) throws InterruptedException {
        var folder = file.toAbsolutePath().getParent();
        try {
            var part = Files.createTempFile(folder, "." + file.getFileName(), ".part");
            try {
                try (var out = Files.newOutputStream(part)) {
                    writer.write(bytes -> write(out, bytes));
                }
                ownPermissions(part, file);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw failure(file, e);
        } catch (UncheckedIOException e) {
            throw failure(file, e.getCause());
        }
    }

    /** A temporary file is its owner's only. The result gets what the file had, or what a new file gets. */
    private static void ownPermissions(Path part, Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(file));
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
