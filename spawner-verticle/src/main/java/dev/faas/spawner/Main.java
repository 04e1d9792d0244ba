package dev.faas.spawner;

import dev.faas.lifecycle.Launcher;

/** Starts execution-service as a program. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch("execution-service", args, SpawnerConfig::from, SpawnerVerticle::new);
    }
}
