package dev.faas.spawner.docker;

import com.github.dockerjava.api.model.Info;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.engine.EngineFault;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the disk that containers write their root to, and ends the run that has written most when the disk is nearly
 * full. Quotas are better, but most file systems have none: one function could then fill the disk that Docker and all
 * others use.
 */
final class DiskWatch {
    private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MIB = 1024 * 1024;

    /** A run that has written less did not fill the disk. */
    private static final long MIN_BLAMED_BYTES = 16 * MIB;

    private final DockerCalls docker;
    private final Optional<Path> watchedDisk;
    private final long minFreeBytes;
    private final Supplier<Collection<DockerSandbox>> sandboxes;

    private record Writer(DockerSandbox sandbox, long bytes) {}

    /**
     * @param freeMb what has to stay free
     * @param sandboxes the sandboxes that exist now
     */
    DiskWatch(DockerCalls docker, Optional<Path> disk, int freeMb, Supplier<Collection<DockerSandbox>> sandboxes) {
        this.docker = docker;
        this.watchedDisk = disk;
        this.minFreeBytes = freeMb * MIB;
        this.sandboxes = sandboxes;
    }

    /**
     * A path on that disk: Docker's data directory, or this spawner's own root if it runs in a container of that
     * Docker. Empty for a Docker on another machine.
     */
    static Optional<Path> watchedDisk(URI dockerHost, Info info) {
        if (!dockerHost.getScheme().equals("unix") || info.getDockerRootDir() == null) {
            return Optional.empty();
        }
        var docker = Path.of(info.getDockerRootDir());
        if (Files.isDirectory(docker)) {
            return Optional.of(docker);
        }
        return Files.exists(Path.of("/.dockerenv")) ? Optional.of(Path.of("/")) : Optional.empty();
    }

    /** Free bytes beyond the minimum, negative if there are fewer; the same number always if the disk cannot be seen. */
    long roomBytes() {
        return watchedDisk.map(DiskWatch::freeBytes).orElse(Long.MAX_VALUE) - minFreeBytes;
    }

    /** False if less than the minimum is free; then the run that has written most is ended. */
    boolean hasRoom() {
        if (roomBytes() >= 0) {
            return true;
        }
        largestWriter().ifPresent(writer -> {
            log.warn(
                    "docker disk nearly full, run ended container={} writtenMiB={}",
                    writer.sandbox.container(),
                    writer.bytes / MIB);
            writer.sandbox.endAsDiskFull(
                    "Docker's disk was nearly full, and this run had written %d MiB to its root. Write less, or to /tmp (memory)."
                            .formatted(writer.bytes / MIB));
        });
        return false;
    }

    /** Not by java.nio's FileStore: it looks the path up among the mounts, which fails within a container. */
    private static long freeBytes(Path disk) {
        var file = disk.toFile();
        boolean known = file.getTotalSpace() > 0;
        return known ? file.getUsableSpace() : Long.MAX_VALUE;
    }

    private Optional<Writer> largestWriter() {
        Optional<Writer> most = Optional.empty();
        for (var sandbox : sandboxes.get()) {
            if (sandbox.canWriteToDisk()) {
                long bytes = bytesWritten(sandbox.container());
                if (bytes >= most.map(Writer::bytes).orElse(MIN_BLAMED_BYTES)) {
                    most = Optional.of(new Writer(sandbox, bytes));
                }
            }
        }
        return most;
    }

    private long bytesWritten(String container) {
        try {
            var size = docker.call(
                    LIMIT,
                    "size of a container",
                    d -> d.inspectContainerCmd(container).withSize(true).exec().getSizeRw());
            return size == null ? 0 : size;
        } catch (EngineFault e) {
            return 0; // it may have ended meanwhile
        }
    }
}
