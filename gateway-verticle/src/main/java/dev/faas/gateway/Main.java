package dev.faas.gateway;

import dev.faas.lifecycle.Launcher;

/** api-gateway as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch("api-gateway", args, GatewayConfig::from, GatewayVerticle::new);
    }
}
