package dev.faas.bench.spawner;

import dev.faas.lifecycle.Launcher;
import dev.faas.spawner.SpawnerConfig;
import dev.faas.spawner.SpawnerVerticle;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;

/** Starts execution-service with a {@link SleepingEngine} instead of Docker. */
public final class SleepingSpawner {
    private SleepingSpawner() {}

    public static void main(String[] args) {
        Thread.ofPlatform().daemon().start(SleepingSpawner::endWithTheBenchmark);
        Launcher.launch(
                "execution-service",
                args,
                SpawnerConfig::from,
                config -> new SpawnerVerticle(
                        config, (same, self, pins) -> new SleepingEngine(), InstantSource.system()));
    }

    /** Its stdin is a pipe from the process that started it, and ends with that process. */
    private static void endWithTheBenchmark() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // As at the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
