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
 * How much is free on the disk that containers with a writable root write to. A quota for each is the better bound, but
 * most file systems have none: then one function could fill the disk that Docker, its images and all others share.
 */
final class DiskWatch {
    private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MIB = 1024 * 1024;

    /** Who has written less is not what has filled it. */
    private static final long MUCH = 16 * MIB;

    private final DockerCalls docker;
    private final Optional<Path> disk;
    private final long mark;
    private final Supplier<Collection<DockerSandbox>> sandboxes;

    private record Writer(DockerSandbox sandbox, long bytes) {}

    /**
     * @param freeMb to be kept free
     * @param sandboxes there are
     */
    DiskWatch(DockerCalls docker, Optional<Path> disk, int freeMb, Supplier<Collection<DockerSandbox>> sandboxes) {
        this.docker = docker;
        this.disk = disk;
        this.mark = freeMb * MIB;
        this.sandboxes = sandboxes;
    }

    /**
     * Where it can be measured: Docker's own folder, or, for a spawner that is a container of that Docker, its own root.
     * Nowhere for a Docker on another machine.
     */
    static Optional<Path> disk(URI dockerHost, Info info) {
        if (!dockerHost.getScheme().equals("unix") || info.getDockerRootDir() == null) {
            return Optional.empty();
        }
        var docker = Path.of(info.getDockerRootDir());
        if (Files.isDirectory(docker)) {
            return Optional.of(docker);
        }
        return Files.exists(Path.of("/.dockerenv")) ? Optional.of(Path.of("/")) : Optional.empty();
    }

    /** False below the mark; the run that has written most is ended then. */
    boolean hasRoom() {
        if (disk.isEmpty() || free(disk.get()) >= mark) {
            return true;
        }
        greatest().ifPresent(writer -> {
            log.warn("Docker's disk is nearly full: ending the run that has written {} MiB to it", writer.bytes / MIB);
            writer.sandbox.exhaust(
                    "Docker's disk is nearly full, and it had written %d MiB to its root; /tmp is memory."
                            .formatted(writer.bytes / MIB));
        });
        return false;
    }

    /** Without a look at the table of mounts, which within a container does not have every path. */
    private static long free(Path disk) {
        var file = disk.toFile();
        boolean told = file.getTotalSpace() > 0;
        return told ? file.getUsableSpace() : Long.MAX_VALUE;
    }

    private Optional<Writer> greatest() {
        Optional<Writer> most = Optional.empty();
        for (var sandbox : sandboxes.get()) {
            if (sandbox.writesToDisk()) {
                long bytes = written(sandbox.container());
                if (bytes >= most.map(Writer::bytes).orElse(MUCH)) {
                    most = Optional.of(new Writer(sandbox, bytes));
                }
            }
        }
        return most;
    }

    private long written(String container) {
        try {
            var size = docker.within(
                    LIMIT,
                    "size of a container",
                    d -> d.inspectContainerCmd(container).withSize(true).exec().getSizeRw());
            return size == null ? 0 : size;
        } catch (EngineFault e) {
            return 0; // it has ended meanwhile
        }
    }
}
