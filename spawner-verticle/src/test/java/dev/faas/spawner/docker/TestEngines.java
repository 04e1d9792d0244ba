package dev.faas.spawner.docker;

import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.engine.MemoryPins;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;

/** Engines of a real daemon, with the settings that spawners have unless told otherwise. */
public final class TestEngines {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private TestEngines() {}

    /** Of a platform of its own. */
    static EngineConfig config() {
        return config(TestImages.dockerHost(), "test-" + UUID.randomUUID(), "spawner-1", "incarnation-1");
    }

    private static EngineConfig config(URI dockerHost, String platform, String spawner, String incarnation) {
        return new EngineConfig(
                dockerHost,
                platform,
                spawner,
                incarnation,
                EngineConfig.Images.DEFAULT,
                null,
                EngineConfig.Disk.DEFAULT);
    }

    static DockerEngine open(EngineConfig config) throws Exception {
        return DockerEngine.open(config, new MemoryPins(), LIMIT);
    }

    /** As of a process of this spawner that began before any other. */
    public static DockerEngine open(URI dockerHost, String platform, String spawner) throws Exception {
        return open(config(dockerHost, platform, spawner, "0"));
    }
}
