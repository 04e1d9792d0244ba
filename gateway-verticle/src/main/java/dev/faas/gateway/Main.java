package dev.faas.gateway;

import dev.faas.lifecycle.Launcher;

/** Starts api-gateway. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Launcher.launch("api-gateway", args, GatewayConfig::from, GatewayVerticle::new);
    }
}
