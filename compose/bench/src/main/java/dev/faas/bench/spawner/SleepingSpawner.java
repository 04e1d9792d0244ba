package dev.faas.bench.spawner;

import dev.faas.lifecycle.Launcher;
import dev.faas.spawner.SpawnerConfig;
import dev.faas.spawner.SpawnerVerticle;
import java.time.InstantSource;

/** Starts execution-service with a {@link SleepingEngine} instead of Docker. */
public final class SleepingSpawner {
    private SleepingSpawner() {}

    public static void main(String[] args) {
        Launcher.launch(
                "execution-service",
                args,
                SpawnerConfig::from,
                config -> new SpawnerVerticle(
                        config, (same, self, pins) -> new SleepingEngine(), InstantSource.system()));
    }
}
