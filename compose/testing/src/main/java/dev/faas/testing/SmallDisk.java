package dev.faas.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** Mounts a file system of some megabytes on a directory, which tests can fill and empty. Needs root. */
public final class SmallDisk implements AutoCloseable {
    private static final long LIMIT_SECONDS = 20;
    private static final int PIECE = 4096;

    private final Path place;
    private final Path ballast;

    private SmallDisk(Path place) {
        this.place = place;
        this.ballast = place.resolve("ballast");
    }

    /** In memory, so that a killed test leaves only the mount. */
    public static SmallDisk at(Path place, int megabytes) throws IOException {
        Files.createDirectories(place);
        run("mount", "-t", "tmpfs", "-o", "mode=755,size=" + megabytes + "m", "faas-test", place.toString());
        return new SmallDisk(place);
    }

    /** Fills the disk; may be repeated after space was freed. */
    public void fill() throws IOException {
        try (var out = Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            var piece = new byte[PIECE];
            while (free() >= PIECE) {
                write(out, piece);
            }
        }
    }

    /** Other writers may take freed space first. */
    private void write(OutputStream out, byte[] piece) throws IOException {
        try {
            out.write(piece);
        } catch (IOException e) {
            if (free() >= PIECE) {
                throw e;
            }
        }
    }

    public long free() {
        return place.toFile().getUsableSpace();
    }

    public void empty() throws IOException {
        Files.deleteIfExists(ballast);
    }

    /** Runs a command to its successful end, within a limit. */
    public static void run(String... line) throws IOException {
        var process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.INHERIT)
                .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", line) + " failed; its output is above");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Unmounts even with open files. */
    @Override
    public void close() throws IOException {
        run("umount", "-l", place.toString());
    }
}
