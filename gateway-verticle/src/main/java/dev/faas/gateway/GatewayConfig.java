package dev.faas.gateway;

import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.gateway.read.LiveResponse;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.tls.InnerTls;
import dev.faas.http.token.BrowserCookies;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.NatsConfig;
import dev.faas.quota.QuotaSettings;
import dev.faas.seal.OpeningKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings of api-gateway.
 *
 * @param patience how long a request waits while NATS has no leader or is away
 * @param cliFile the client program; null: none is served
 * @param functionCacheBytes of heap, for whole specifications of functions
 * @param trustedProxies peers whose X-Forwarded-For is believed
 * @param hookKeys open the secrets of hooks' signatures
 * @param batchMaxItems of one batch
 * @param accessStale how long without word of ended logins until requests are refused
 */
public record GatewayConfig(
        Ports ports,
        Services services,
        HttpConfig http,
        NatsConfig nats,
        Duration patience,
        LiveResponse.Limits streams,
        QuotaSettings quotas,
        @Nullable Path cliFile,
        long functionCacheBytes,
        AddressRanges trustedProxies,
        BrowserCookies cookies,
        Tls tls,
        TrustRoot trustRoot,
        OpeningKeys hookKeys,
        Duration accessStale,
        int batchMaxItems) {
    /**
     * TLS of the three ports, from PEM files.
     *
     * @param files null: plain HTTP
     * @param expected without files clients, and the operator, are told that something is missing
     */
    public record Tls(@Nullable Files files, boolean expected) {
        public record Files(Path certificate, Path key) {}

        /** As a platform that only its own machine reaches. */
        public static final Tls NONE = new Tls(null, false);

        private static Tls from(Env env) {
            var certificate = env.optional(
                    "FAAS_TLS_CERT_FILE", "certificate in PEM, then those that signed it; default: no TLS");
            var key = env.optional("FAAS_TLS_KEY_FILE", "key of the certificate in PEM, without a passphrase");
            boolean required = env.flag("FAAS_REQUIRE_TLS", false, "refuses to start without FAAS_TLS_CERT_FILE");
            if (certificate.isPresent() != key.isPresent()) {
                env.addProblem(
                        certificate.isPresent() ? "FAAS_TLS_KEY_FILE" : "FAAS_TLS_CERT_FILE",
                        "is required: certificate and key belong together");
            } else if (required && certificate.isEmpty()) {
                env.addProblem(
                        "FAAS_REQUIRE_TLS",
                        "is true, so set FAAS_TLS_CERT_FILE and FAAS_TLS_KEY_FILE to a certificate and its key in PEM");
            }
            var files = certificate
                    .flatMap(chain -> key.map(own -> new Files(Path.of(chain), Path.of(own))))
                    .orElse(null);
            return new Tls(files, Profile.from(env) == Profile.SHARED);
        }
    }

    /**
     * Port 0 takes a free port.
     *
     * @param api serves all calls
     * @param auth serves account calls only
     * @param registry serves function calls only
     */
    public record Ports(int api, int auth, int registry) {}

    /**
     * A host name may stand for several addresses.
     *
     * @param tls what this gateway shows them, and they show it; null: as the URLs say
     */
    public record Services(URI auth, URI registry, @Nullable InnerTls tls) {
        /** Without certificates. */
        public Services(URI auth, URI registry) {
            this(auth, registry, null);
        }

        private static Services from(Env env) {
            var tls = InnerTls.from(env);
            return new Services(
                    service(env, "FAAS_AUTH_URL", "http://127.0.0.1:8080", "URL of auth-service", tls),
                    service(env, "FAAS_REGISTRY_URL", "http://127.0.0.1:8081", "URL of registry-service", tls),
                    tls);
        }

        private static URI service(Env env, String name, String fallback, String doc, @Nullable InnerTls tls) {
            var url = env.uri(name, URI.create(fallback), doc);
            if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
                env.addProblem(name, "must be an http or https URL with a host, such as " + fallback);
            } else if (tls != null && !url.getScheme().equals("https")) {
                env.addProblem(name, "must begin with https:// where FAAS_INNER_TLS_CA_FILE is set");
            }
            return url;
        }
    }

    private static final String PATIENCE = "FAAS_NATS_PATIENCE";
    private static final String HEARTBEAT = "FAAS_SSE_HEARTBEAT";
    private static final String STALL_LIMIT = "FAAS_SSE_STALL_LIMIT";
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final int API_PORT = 8000;
    private static final int AUTH_PORT = 4000;
    private static final int REGISTRY_PORT = 5000;
    private static final int INTERNAL_PORT = 9092;
    private static final int MAX_PORT = 65_535;
    private static final int MOST_ITEMS = 1_000_000;

    public static GatewayConfig from(Env env) {
        var http = HttpConfig.from(env, INTERNAL_PORT);
        var ports = new Ports(
                env.integer("FAAS_PORT", API_PORT, 0, MAX_PORT, "port of the whole API; 0: any free port"),
                env.integer("FAAS_AUTH_PORT", AUTH_PORT, 0, MAX_PORT, "port of account calls only; 0: any free port"),
                env.integer(
                        "FAAS_REGISTRY_PORT",
                        REGISTRY_PORT,
                        0,
                        MAX_PORT,
                        "port of function calls only; 0: any free port"));
        return new GatewayConfig(
                ports,
                Services.from(env),
                http,
                NatsConfig.from(env),
                patience(env, http.idleTimeout()),
                new LiveResponse.Limits(
                        heartbeat(env, http.idleTimeout()),
                        atLeast(
                                env,
                                STALL_LIMIT,
                                env.duration(
                                        STALL_LIMIT, Duration.ofSeconds(30), "longest pause of a stream's reader"))),
                QuotaSettings.from(env),
                env.optional("FAAS_CLI_FILE", "the client program, served at /cli/faas; default: none")
                        .map(Path::of)
                        .orElse(null),
                env.mebibytes(
                        "FAAS_FUNCTION_CACHE_MB",
                        64,
                        1,
                        "MiB of memory for functions that are called again and again; the others are read from NATS"),
                AddressRanges.from(
                        env,
                        "FAAS_TRUSTED_PROXIES",
                        "addresses of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8; default: none"),
                BrowserCookies.from(env),
                Tls.from(env),
                TrustRoot.from(env),
                OpeningKeys.ofHooks(env),
                StaleAccess.limit(env),
                env.integer("FAAS_BATCH_MAX_ITEMS", 100_000, 1, MOST_ITEMS, "items of one batch"));
    }

    private static Duration patience(Env env, Duration idleTimeout) {
        var patience = env.duration(PATIENCE, Duration.ofSeconds(5), "how long a request waits for NATS before a 503");
        return atMostHalf(env, PATIENCE, patience, idleTimeout);
    }

    private static Duration heartbeat(Env env, Duration idleTimeout) {
        var heartbeat = env.duration(HEARTBEAT, Duration.ofSeconds(15), "interval of comments on a quiet event stream");
        return atLeast(env, HEARTBEAT, atMostHalf(env, HEARTBEAT, heartbeat, idleTimeout));
    }

    /** Our own server closes a connection that is quiet for longer. */
    private static Duration atMostHalf(Env env, String name, Duration value, Duration idleTimeout) {
        if (value.multipliedBy(2).compareTo(idleTimeout) > 0) {
            env.addProblem(name, "must be at most half of FAAS_HTTP_IDLE_TIMEOUT");
        }
        return value;
    }

    private static Duration atLeast(Env env, String name, Duration value) {
        if (value.compareTo(SHORTEST) < 0) {
            env.addProblem(name, "must be at least " + SHORTEST.toMillis() + "ms");
        }
        return value;
    }
}
