package dev.faas.auth;

import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.pg.PgConfig;
import java.time.Duration;

/**
 * Holds the settings of auth-service.
 *
 * @param port of the API; 0 takes a free one
 */
public record AuthConfig(
        int port,
        HttpConfig http,
        PgConfig pg,
        NatsConfig nats,
        TokenLifetimes lifetimes,
        Hashing hashing,
        RegistrationRules registration) {
    /**
     * @param access of an access token; a revocation is kept as long
     * @param refresh of a refresh token, so of a login that is not used
     */
    public record TokenLifetimes(Duration access, Duration refresh) {}

    /**
     * @param threads passwords hashed at the same time, 19 MiB of memory each
     * @param waiting passwords that may wait for a thread; one more is answered 503
     */
    public record Hashing(int threads, int waiting) {}

    private static final int PORT = 8080;
    private static final int INTERNAL_PORT = 9090;

    /** Entries of the bucket REVOKED expire after a day, so an access token must expire earlier. */
    private static final Duration LONGEST_ACCESS = Duration.ofHours(12);

    public static AuthConfig from(Env env) {
        return new AuthConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                PgConfig.from(env, "auth"),
                NatsConfig.from(env),
                new TokenLifetimes(
                        accessLifetime(env),
                        env.duration(
                                "FAAS_REFRESH_TOKEN_LIFETIME",
                                Duration.ofDays(30),
                                "lifetime of a refresh token, so of a login that is not used")),
                new Hashing(
                        env.integer(
                                "FAAS_HASH_THREADS",
                                2,
                                1,
                                64,
                                "passwords hashed at the same time, 19 MiB of memory each"),
                        env.integer(
                                "FAAS_HASH_WAITING",
                                64,
                                0,
                                10_000,
                                "passwords that may wait to be hashed; one more is answered 503")),
                registration(env));
    }

    private static RegistrationRules registration(Env env) {
        var profile = Profile.from(env);
        var likely = profile.choose(Registration.OPEN, Registration.FIRST);
        var text = env.text(
                "FAAS_REGISTRATION",
                likely.text(),
                "who may register until an admin changes it: open, first (who becomes the admin), invitation or closed");
        var registration = Registration.byText().get(text);
        if (registration == null) {
            env.addProblem("FAAS_REGISTRATION", "must be open, first, invitation or closed, not '" + text + "'");
            registration = likely;
        }
        return new RegistrationRules(
                registration,
                registration == Registration.FIRST || profile == Profile.PRIVATE,
                env.duration(
                        "FAAS_FIRST_ADMIN_WINDOW",
                        Duration.ofMinutes(30),
                        "how long after the platform's first start the first account becomes an admin"));
    }

    private static Duration accessLifetime(Env env) {
        var lifetime = env.duration(
                "FAAS_ACCESS_TOKEN_LIFETIME", Duration.ofMinutes(15), "lifetime of an access token, at most 12h");
        if (lifetime.isZero() || lifetime.compareTo(LONGEST_ACCESS) > 0) {
            env.addProblem("FAAS_ACCESS_TOKEN_LIFETIME", "must be more than 0 and at most 12h");
        }
        return lifetime;
    }
}
