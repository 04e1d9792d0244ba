package dev.faas.spawner.docker.client;

import java.util.Map;

/** Labels every container and volume of a platform, so that it finds its own on a shared Docker host. */
public final class Labels {
    public static final String PLATFORM = "dev.faas.platform";
    public static final String SPAWNER = "dev.faas.spawner";
    public static final String INCARNATION = "dev.faas.incarnation";
    public static final String REVISION = "dev.faas.revision";

    private Labels() {}

    public static Map<String, String> of(EngineConfig config, String revision) {
        return Map.of(
                PLATFORM, config.owner().platform(),
                SPAWNER, config.owner().spawner(),
                INCARNATION, config.owner().incarnation(),
                REVISION, revision);
    }
}
