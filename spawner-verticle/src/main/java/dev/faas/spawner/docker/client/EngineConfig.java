package dev.faas.spawner.docker.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which Docker daemon to use, and on whose behalf.
 *
 * @param dockerHost {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
 * @param platform names this platform among others on the same Docker host
 * @param spawner stable over restarts
 * @param incarnation which life of that spawner
 * @param ociRuntime as the daemon calls it; null: the daemon's default
 */
public record EngineConfig(
        URI dockerHost,
        String platform,
        String spawner,
        String incarnation,
        Images images,
        @Nullable String ociRuntime,
        Disk disk) {

    /**
     * How images come here, and how many stay.
     *
     * @param pullTimeout for one image, from the first byte to the last
     * @param credentials a {@code config.json} of Docker's with logins to registries; null: none
     * @param maxBytes that pulled images may take on the daemon's disk
     */
    public record Images(Duration pullTimeout, @Nullable Path credentials, long maxBytes) {
        public static final Images DEFAULT = new Images(Duration.ofMinutes(5), null, 20L << 30);
    }

    /**
     * What containers may write to the Docker host's disk: its image's root is a function's to write to, unless it or the
     * platform says otherwise.
     *
     * @param readOnlyRoot nobody's is
     * @param rootMb one file's size at most; where Docker has quotas all that a container writes
     * @param freeMb to be kept free on the disk: below, nothing is started and who has written most is ended
     */
    public record Disk(boolean readOnlyRoot, int rootMb, int freeMb) {
        public static final Disk DEFAULT = new Disk(false, 1024, 1024);
    }
}
