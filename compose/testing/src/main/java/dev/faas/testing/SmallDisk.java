package dev.faas.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Mounts a file system of some megabytes on a directory, which tests can fill and empty. Needs root. */
public final class SmallDisk implements AutoCloseable {
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
        Command.run("mount", "-t", "tmpfs", "-o", "mode=755,size=" + megabytes + "m", "faas-test", place.toString());
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

    /** Unmounts even with open files. */
    @Override
    public void close() throws IOException {
        Command.run("umount", "-l", place.toString());
    }
}
