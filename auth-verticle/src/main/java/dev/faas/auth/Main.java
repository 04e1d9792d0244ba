package dev.faas.auth;

import dev.faas.lifecycle.Launcher;

/** Runs auth-service as a program. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch("auth-service", args, AuthConfig::from, AuthVerticle::new);
    }
}
