package dev.faas.spawner.docker;

import dev.faas.config.ImagePolicy;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.engine.MemoryPins;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;

/** Opens engines of the real daemon with a spawner's default settings. */
public final class TestEngines {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private TestEngines() {}

    /** For a new platform. */
    static EngineConfig config() {
        return config(TestImages.dockerHost(), "test-" + UUID.randomUUID(), "spawner-1", "incarnation-1");
    }

    private static EngineConfig config(URI dockerHost, String platform, String spawner, String incarnation) {
        return new EngineConfig(
                dockerHost,
                new EngineConfig.Owner(platform, spawner, incarnation),
                EngineConfig.Images.DEFAULT,
                ImagePolicy.ANY,
                null,
                EngineConfig.Disk.DEFAULT);
    }

    static DockerEngine open(EngineConfig config) throws Exception {
        return DockerEngine.open(config, new MemoryPins(), LIMIT);
    }

    /** With an incarnation older than any other of this spawner. */
    public static DockerEngine open(URI dockerHost, String platform, String spawner) throws Exception {
        return open(config(dockerHost, platform, spawner, "0"));
    }
}
