package dev.faas.registry;

import dev.faas.dispatcher.DispatcherVerticle;
import dev.faas.lifecycle.Launcher;

/** Runs registry-service as a program. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch(
                RegistryVerticle.SERVICE,
                args,
                RegistryConfig::from,
                config -> config.roles().registry()
                        ? new RegistryVerticle(config)
                        : new DispatcherVerticle(config.dispatcher()));
    }
}
