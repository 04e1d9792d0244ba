package dev.faas.spawner.docker;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which Docker daemon to use, and on whose behalf.
 *
 * @param dockerHost {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
 * @param platform names this platform among others on the same Docker host
 * @param spawner stable over restarts
 * @param incarnation which life of that spawner
 * @param pullTimeout for one image, from the first byte to the last
 * @param ociRuntime as the daemon calls it; null: the daemon's default
 */
public record EngineConfig(
        URI dockerHost,
        String platform,
        String spawner,
        String incarnation,
        Duration pullTimeout,
        @Nullable String ociRuntime) {}
