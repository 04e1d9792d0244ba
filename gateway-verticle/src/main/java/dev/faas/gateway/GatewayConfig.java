package dev.faas.gateway;

import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import java.net.URI;
import java.time.Duration;

/**
 * All that api-gateway can be told.
 *
 * @param apiPort everything; 0 takes a free one, as for the other two
 * @param authPort auth alone
 * @param registryPort functions alone
 * @param authUrl where auth-service is; a host name may stand for several addresses
 * @param registryUrl where registry-service is
 * @param heartbeat a comment line so often on an event stream, which proxies then do not take for dead
 * @param stallLimit a reader of a stream that takes nothing for so long is cut off
 */
public record GatewayConfig(
        int apiPort,
        int authPort,
        int registryPort,
        URI authUrl,
        URI registryUrl,
        HttpConfig http,
        NatsConfig nats,
        Duration heartbeat,
        Duration stallLimit) {
    private static final int API_PORT = 8000;
    private static final int AUTH_PORT = 4000;
    private static final int REGISTRY_PORT = 5000;
    private static final int INTERNAL_PORT = 9092;
    private static final int MAX_PORT = 65_535;

    public static GatewayConfig from(Env env) {
        return new GatewayConfig(
                env.integer("FAAS_HTTP_PORT", API_PORT, 0, MAX_PORT, "port of the whole API; 0 takes a free one"),
                env.integer("FAAS_AUTH_PORT", AUTH_PORT, 0, MAX_PORT, "port of auth alone; 0 takes a free one"),
                env.integer("FAAS_REGISTRY_PORT", REGISTRY_PORT, 0, MAX_PORT, "port of functions alone; 0: a free one"),
                env.uri("FAAS_AUTH_URL", URI.create("http://127.0.0.1:8080"), "where auth-service is"),
                env.uri("FAAS_REGISTRY_URL", URI.create("http://127.0.0.1:8081"), "where registry-service is"),
                HttpConfig.from(env, INTERNAL_PORT),
                NatsConfig.from(env),
                env.duration("FAAS_SSE_HEARTBEAT", Duration.ofSeconds(15), "a comment so often on an event stream"),
                env.duration("FAAS_SSE_STALL_LIMIT", Duration.ofSeconds(30), "when a stuck reader is cut off"));
    }

    /** Free ports on loopback and the default limits: for one process with all parts in it. */
    public static GatewayConfig loopback(URI authUrl, URI registryUrl, NatsConfig nats) {
        return new GatewayConfig(
                0,
                0,
                0,
                authUrl,
                registryUrl,
                HttpConfig.loopback(),
                nats,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30));
    }
}
