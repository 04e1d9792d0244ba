package dev.faas.gateway;

import dev.faas.config.Env;
import dev.faas.gateway.submit.Backpressure;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;

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
 * @param limits of what one owner may have queued
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
        Duration stallLimit,
        Backpressure.Limits limits) {
    private static final String HEARTBEAT = "FAAS_SSE_HEARTBEAT";
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final int API_PORT = 8000;
    private static final int AUTH_PORT = 4000;
    private static final int REGISTRY_PORT = 5000;
    private static final int INTERNAL_PORT = 9092;
    private static final int MAX_PORT = 65_535;

    public static GatewayConfig from(Env env) {
        var http = HttpConfig.from(env, INTERNAL_PORT);
        return new GatewayConfig(
                env.integer("FAAS_PORT", API_PORT, 0, MAX_PORT, "port of the whole API; 0 takes a free one"),
                env.integer("FAAS_AUTH_PORT", AUTH_PORT, 0, MAX_PORT, "port of auth alone; 0 takes a free one"),
                env.integer("FAAS_REGISTRY_PORT", REGISTRY_PORT, 0, MAX_PORT, "port of functions alone; 0: a free one"),
                service(env, "FAAS_AUTH_URL", "http://127.0.0.1:8080", "where auth-service is"),
                service(env, "FAAS_REGISTRY_URL", "http://127.0.0.1:8081", "where registry-service is"),
                http,
                NatsConfig.from(env),
                heartbeat(env, http.idleTimeout()),
                atLeast(
                        env,
                        "FAAS_SSE_STALL_LIMIT",
                        env.duration("FAAS_SSE_STALL_LIMIT", Duration.ofSeconds(30), "when a stuck reader is cut off")),
                new Backpressure.Limits(
                        env.integer(
                                "FAAS_OWNER_MAX_QUEUED",
                                1_000_000,
                                1,
                                1_000_000_000,
                                "activations a user may have queued"),
                        (long) env.integer(
                                        "FAAS_OWNER_MAX_QUEUED_MB",
                                        1024,
                                        1,
                                        1 << 20,
                                        "MiB that what a user has queued may take")
                                << 20));
    }

    private static URI service(Env env, String name, String fallback, String doc) {
        var url = env.uri(name, URI.create(fallback), doc);
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            env.addProblem(name, "must be an address such as " + fallback);
        }
        return url;
    }

    /** A stream that is quiet for longer than the idle timeout would be closed by our own server. */
    private static Duration heartbeat(Env env, Duration idleTimeout) {
        var heartbeat = env.duration(HEARTBEAT, Duration.ofSeconds(15), "a comment so often on an event stream");
        if (heartbeat.multipliedBy(2).compareTo(idleTimeout) > 0) {
            env.addProblem(HEARTBEAT, "must be at most half of FAAS_HTTP_IDLE_TIMEOUT");
        }
        return atLeast(env, HEARTBEAT, heartbeat);
    }

    private static Duration atLeast(Env env, String name, Duration value) {
        if (value.compareTo(SHORTEST) < 0) {
            env.addProblem(name, "must be at least " + SHORTEST.toMillis() + "ms");
        }
        return value;
    }
}
