package dev.faas.spawner;

import dev.faas.lifecycle.Launcher;

/** execution-service as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch("execution-service", args, SpawnerConfig::from, SpawnerVerticle::new);
    }
}
