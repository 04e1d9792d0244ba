package dev.faas.auth;

import dev.faas.audit.AuditStore;
import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.auth.admission.HashQueue;
import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.tls.InnerTls;
import dev.faas.http.token.BrowserCookies;
import dev.faas.http.token.EntrySigner;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.NatsConfig;
import dev.faas.pg.PgConfig;
import dev.faas.seal.KeyEncryptionKeys;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings of auth-service.
 *
 * @param port of the API; 0 takes a free one
 * @param maxKeyDays longest lifetime of an API key
 * @param keks of the stored signing keys
 * @param accessStale how long without word of ended logins until tokens are refused
 * @param auditLog whether rows of the audit log are logged, too
 * @param innerTls of the API; null: plain HTTP
 */
public record AuthConfig(
        int port,
        HttpConfig http,
        PgConfig pg,
        NatsConfig nats,
        TokenLifetimes lifetimes,
        HashQueue.Limits hashing,
        Addresses addresses,
        int maxKeyDays,
        RegistrationRules registration,
        Trust trust,
        KeyEncryptionKeys keks,
        Duration accessStale,
        BrowserCookies cookies,
        boolean auditLog,
        @Nullable InnerTls innerTls) {
    /**
     * @param access of an access token; a revocation is kept as long
     * @param refresh of a refresh token, so of a login that is not used
     * @param login of a login, whatever is refreshed
     */
    public record TokenLifetimes(Duration access, Duration refresh, Duration login) {}

    /**
     * @param rate logins and registrations a minute of one address, and a tenth of its refreshes; 0 for no limit
     * @param gateways peers that tell the address of a client
     */
    public record Addresses(int rate, AddressRanges gateways) {}

    /** Sign and check what is published about keys. */
    public record Trust(TrustRoot root, EntrySigner signer) {
        static final Trust NONE = new Trust(TrustRoot.NONE, EntrySigner.NONE);

        private static Trust from(Env env) {
            var root = TrustRoot.from(env);
            return new Trust(root, EntrySigner.from(env, root));
        }
    }

    private static final int PORT = 8080;
    private static final int INTERNAL_PORT = 9090;

    /** Entries of the bucket REVOKED expire after a day, so an access token must expire earlier. */
    private static final Duration LONGEST_ACCESS = Duration.ofHours(12);

    public static AuthConfig from(Env env) {
        var profile = Profile.from(env);
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
                                "lifetime of a refresh token, so of a login that is not used"),
                        env.duration(
                                "FAAS_LOGIN_LIFETIME",
                                Duration.ofDays(90),
                                "a login ends after this time, whatever is refreshed")),
                hashing(env, profile),
                new Addresses(
                        env.integer(
                                "FAAS_ADDRESS_RATE",
                                profile.choose(0, 300),
                                0,
                                1_000_000,
                                "logins and registrations a minute of one address, and a tenth of its refreshes; 0: any number"),
                        AddressRanges.ofGateways(env)),
                env.integer("FAAS_KEY_MAX_DAYS", 366, 1, 3_660, "days after which an API key expires at the latest"),
                registration(env, profile),
                Trust.from(env),
                KeyEncryptionKeys.from(env),
                StaleAccess.limit(env),
                BrowserCookies.from(env),
                AuditStore.isLogged(env),
                InnerTls.from(env));
    }

    private static RegistrationRules registration(Env env, Profile profile) {
        var byDefault = profile.choose(Registration.OPEN, Registration.FIRST);
        var doc =
                "who may register until an admin changes it: open, first (who becomes the admin), invitation or closed";
        return new RegistrationRules(
                env.choice("FAAS_REGISTRATION", List.of(Registration.values()), byDefault, doc),
                env.optional("FAAS_REGISTRATION", byDefault.text(), doc).isPresent(),
                profile,
                env.duration(
                        "FAAS_FIRST_ADMIN_WINDOW",
                        Duration.ofMinutes(30),
                        "how long after the platform's first start the first account becomes an admin"));
    }

    private static HashQueue.Limits hashing(Env env, Profile profile) {
        int threads =
                env.integer("FAAS_HASH_THREADS", 2, 1, 64, "passwords hashed at the same time, 19 MiB of memory each");
        int waiting = env.integer(
                "FAAS_HASH_WAITING", 64, 0, 10_000, "passwords that may wait to be hashed; one more is answered 503");
        int perAddress = env.integer(
                "FAAS_LOGINS_PER_ADDRESS",
                profile.choose(threads + waiting, 4),
                1,
                10_064,
                "logins and registrations of one address at a time; one more is answered 429");
        return new HashQueue.Limits(threads, waiting, perAddress);
    }

    static Duration accessLifetime(Env env) {
        var lifetime = env.duration(
                "FAAS_ACCESS_TOKEN_LIFETIME", Duration.ofMinutes(15), "lifetime of an access token, at most 12h");
        if (lifetime.isZero() || lifetime.compareTo(LONGEST_ACCESS) > 0) {
            env.addProblem("FAAS_ACCESS_TOKEN_LIFETIME", "must be more than 0 and at most 12h");
        }
        return lifetime;
    }
}
