package dev.faas.system.outage;

import dev.faas.testing.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mounts an ext4 file system from a file. A copy of the file is the disk after a power cut: it has only what was synced, not
 * what the kernel still has in memory. Needs root.
 */
final class LoopDisk implements AutoCloseable {
    private final Path file;
    private final Path mount;

    private LoopDisk(Path file, Path mount) throws IOException {
        this.file = file;
        this.mount = Files.createDirectories(mount);
        // "loop" takes a free device, which is free again after the unmount. The kernel does not commit by itself
        // meanwhile.
        Command.run("mount", "-o", "loop,commit=600", file.toString(), mount.toString());
    }

    static LoopDisk make(Path folder, int megabytes) throws IOException {
        var file = Files.createDirectories(folder).resolve("disk.img");
        Command.run("truncate", "--size=" + megabytes + "M", file.toString());
        Command.run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", file.toString());
        return new LoopDisk(file, folder.resolve("mount"));
    }

    /** The disk after a power cut at this moment, mounted. */
    LoopDisk afterPowerCut(Path folder) throws IOException {
        var copy = Files.createDirectories(folder).resolve("disk.img");
        Command.run("cp", "--sparse=always", file.toString(), copy.toString());
        return new LoopDisk(copy, folder.resolve("mount"));
    }

    Path root() {
        return mount;
    }

    void sync() throws IOException {
        Command.run("sync", "--file-system", mount.toString());
    }

    /** Whether these bytes would be there after a power cut. */
    boolean holds(String text) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    }

    /** Unmounts even with open files. */
    @Override
    public void close() throws IOException {
        Command.run("umount", "-l", mount.toString());
    }
}
