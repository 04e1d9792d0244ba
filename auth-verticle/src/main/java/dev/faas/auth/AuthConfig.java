package dev.faas.auth;

import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.pg.PgConfig;
import java.time.Duration;

/**
 * All that auth-service can be told.
 *
 * @param port of the API; 0 takes a free one
 * @param accessLifetime how long an access token lives, and so the longest a revocation has to be remembered
 * @param refreshLifetime how long a login lasts without being used
 * @param hashThreads passwords hashed at the same time, 19 MiB of memory each
 * @param hashWaiting passwords that may wait for a thread before the next one is answered 503
 */
public record AuthConfig(
        int port,
        HttpConfig http,
        PgConfig pg,
        NatsConfig nats,
        Duration accessLifetime,
        Duration refreshLifetime,
        int hashThreads,
        int hashWaiting) {
    private static final int PORT = 8080;
    private static final int INTERNAL_PORT = 9090;

    /** Entries of the bucket REVOKED vanish after a day; no access token may live to see that. */
    private static final Duration LONGEST_ACCESS = Duration.ofHours(12);

    public static AuthConfig from(Env env) {
        return new AuthConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                PgConfig.from(env, "auth"),
                NatsConfig.from(env),
                accessLifetime(env),
                env.duration(
                        "FAAS_REFRESH_TOKEN_LIFETIME",
                        Duration.ofDays(30),
                        "how long a login lasts without being used"),
                env.integer("FAAS_HASH_THREADS", 2, 1, 64, "passwords hashed at the same time, 19 MiB each"),
                env.integer("FAAS_HASH_WAITING", 64, 0, 10_000, "passwords that may wait to be hashed; beyond, 503"));
    }

    private static Duration accessLifetime(Env env) {
        var lifetime = env.duration(
                "FAAS_ACCESS_TOKEN_LIFETIME", Duration.ofMinutes(15), "how long an access token lives, up to 12h");
        if (lifetime.isZero() || lifetime.compareTo(LONGEST_ACCESS) > 0) {
            env.addProblem("FAAS_ACCESS_TOKEN_LIFETIME", "must be more than nothing and at most 12h");
        }
        return lifetime;
    }
}
