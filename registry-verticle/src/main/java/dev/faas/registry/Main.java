package dev.faas.registry;

import dev.faas.lifecycle.Launcher;

/** Runs registry-service as a program. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch(RegistryVerticle.SERVICE, args, RegistryConfig::from, RegistryVerticle::new);
    }
}
