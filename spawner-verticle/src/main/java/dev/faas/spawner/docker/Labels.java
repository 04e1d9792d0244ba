package dev.faas.spawner.docker;

import java.util.Map;

/** The labels of every container and volume of ours: by them a platform finds its own things on a Docker host. */
final class Labels {
    static final String PLATFORM = "dev.faas.platform";
    static final String SPAWNER = "dev.faas.spawner";
    static final String INCARNATION = "dev.faas.incarnation";
    static final String REVISION = "dev.faas.revision";

    private Labels() {}

    static Map<String, String> of(EngineConfig config, String revision) {
        return Map.of(
                PLATFORM, config.platform(),
                SPAWNER, config.spawner(),
                INCARNATION, config.incarnation(),
                REVISION, revision);
    }
}
