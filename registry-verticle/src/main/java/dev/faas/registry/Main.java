package dev.faas.registry;

import dev.faas.lifecycle.Launcher;

/** registry-service as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch(RegistryVerticle.SERVICE, args, RegistryConfig::from, RegistryVerticle::new);
    }
}
