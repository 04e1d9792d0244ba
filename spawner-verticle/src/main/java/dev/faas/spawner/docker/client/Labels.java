package dev.faas.spawner.docker.client;

import java.util.Map;

/** The labels of every container and volume of ours: by them a platform finds its own things on a Docker host. */
public final class Labels {
    public static final String PLATFORM = "dev.faas.platform";
    public static final String SPAWNER = "dev.faas.spawner";
    public static final String INCARNATION = "dev.faas.incarnation";
    public static final String REVISION = "dev.faas.revision";

    private Labels() {}

    public static Map<String, String> of(EngineConfig config, String revision) {
        return Map.of(
                PLATFORM, config.platform(),
                SPAWNER, config.spawner(),
                INCARNATION, config.incarnation(),
                REVISION, revision);
    }
}
