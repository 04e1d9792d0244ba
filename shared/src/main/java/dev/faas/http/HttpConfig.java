package dev.faas.http;

import dev.faas.config.Env;
import java.time.Duration;

/** Configures the listeners of a service.
 *
 * @param internalPort for metrics and detailed health; 0 means any free port
 * @param maxHeaderBytes of all headers of a request together; also limits its first line
 * @param idleTimeout closes a connection without a byte in either direction; above the longest {@code wait} (60 s) and the
 *     heartbeat of an event stream (15 s)
 * @param requestTimeout how long a client may take to send a request head, and a body
 * @param maxConnections of all public listeners together; further ones are closed at once
 * @param instances event loops that share the listeners
 */
public record HttpConfig(
        String host,
        int internalPort,
        int maxHeaderBytes,
        Duration idleTimeout,
        Duration requestTimeout,
        int maxConnections,
        int instances) {
    /** Twice the number of event streams that one gateway is designed for. */
    private static final int MAX_CONNECTIONS = 20_000;

    public static HttpConfig from(Env env, int internalPort) {
        return new HttpConfig(
                env.text("FAAS_HTTP_HOST", "0.0.0.0", "address to listen on"),
                env.integer("FAAS_INTERNAL_PORT", internalPort, 0, 65_535, "port of /metrics and detailed health"),
                env.integer("FAAS_HTTP_MAX_HEADER_BYTES", 16_384, 1024, 1 << 20, "largest size of all request headers"),
                env.duration(
                        "FAAS_HTTP_IDLE_TIMEOUT",
                        Duration.ofSeconds(90),
                        "closes a connection that is silent for so long"),
                env.duration("FAAS_HTTP_REQUEST_TIMEOUT", Duration.ofSeconds(30), "how long a body may take to arrive"),
                env.integer(
                        "FAAS_HTTP_MAX_CONNECTIONS", MAX_CONNECTIONS, 1, 1_000_000, "largest number of connections"),
                env.integer("FAAS_HTTP_INSTANCES", 1, 1, 64, "event loops that share the ports"));
    }

    /** For services inside one process, and tests: one instance on loopback, a free internal port, default limits. */
    public static HttpConfig loopback() {
        return new HttpConfig(
                "127.0.0.1", 0, 16_384, Duration.ofSeconds(90), Duration.ofSeconds(30), MAX_CONNECTIONS, 1);
    }
}
