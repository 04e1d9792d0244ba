package dev.faas.spawner.docker.client;

import dev.faas.config.ImagePolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Configures the Docker engine: which daemon, for which spawner, and with which bounds.
 *
 * @param dockerHost {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
 * @param policy which images functions may have
 * @param ociRuntime as the daemon names it; null: the daemon's default
 */
public record EngineConfig(
        URI dockerHost,
        Owner owner,
        Images images,
        ImagePolicy policy,
        @Nullable String ociRuntime,
        Disk disk) {

    /**
     * Who the containers belong to; their labels say so.
     *
     * @param platform tells several platforms on one Docker host apart
     * @param spawner stable over restarts
     * @param incarnation one per process of that spawner
     */
    public record Owner(String platform, String spawner, String incarnation) {}

    /**
     * How images are pulled, and how many are kept.
     *
     * @param pullTimeout for one image
     * @param credentials Docker's {@code config.json} with logins to registries; null: no logins
     * @param maxBytes what pulled images may take on the daemon's disk
     * @param maxImageBytes what one of them may take, unpacked
     */
    public record Images(Duration pullTimeout, @Nullable Path credentials, long maxBytes, long maxImageBytes) {
        public static final Images DEFAULT = new Images(Duration.ofMinutes(5), null, 20L << 30, 4L << 30);
    }

    /**
     * What containers may write to the Docker host's disk. A function may write to its image's root unless its
     * specification or the platform forbids it.
     *
     * @param readOnlyRoot no function may
     * @param rootMb the largest file; where Docker has quotas, all that one container writes
     * @param freeMb to keep free: with less, nothing is started and the run that has written most is ended
     */
    public record Disk(boolean readOnlyRoot, int rootMb, int freeMb) {
        public static final Disk DEFAULT = new Disk(false, 1024, 1024);
    }
}
