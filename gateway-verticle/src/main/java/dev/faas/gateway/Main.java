package dev.faas.gateway;

import dev.faas.lifecycle.Launcher;
import java.security.Security;

/** api-gateway as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The JVM keeps an address for 30 s by itself: too long for a service that is scaled or moved behind its name.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        Launcher.launch("api-gateway", args, GatewayConfig::from, GatewayVerticle::new);
    }
}
