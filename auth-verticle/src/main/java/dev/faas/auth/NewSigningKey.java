package dev.faas.auth;

import dev.faas.auth.signing.SigningKey;
import dev.faas.auth.signing.SigningKeyStore;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.pg.Pg;
import dev.faas.pg.PgConfig;
import dev.faas.seal.KeyEncryptionKeys;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;

/**
 * Adds a signing key, for key rotation by an operator in the service's container. Every replica signs with it after five
 * minutes, when all verifiers have it. The optional argument is another ISO 8601 duration.
 */
final class NewSigningKey {
    private static final Duration PUBLISHED_AHEAD = Duration.ofMinutes(5);

    private NewSigningKey() {}

    public static void main(String[] args) throws InterruptedException {
        var ahead = args.length == 0 ? PUBLISHED_AHEAD : Duration.parse(args[0]);
        var vertx = Vertx.vertx();
        try {
            var env = Env.of(System.getenv());
            var config = PgConfig.from(env, "auth");
            var keks = KeyEncryptionKeys.from(env);
            env.check();
            var pg = Pg.open(vertx, config);
            var key = SigningKey.generate(Instant.now().plus(ahead));
            new SigningKeyStore(pg, keks).add(key).await();
            System.out.println(key.kid() + " signs from " + key.signsFrom());
        } catch (ConfigException | DependencyMissing e) {
            System.err.println(e.getMessage());
            System.exit(1);
        } finally {
            vertx.close().await();
        }
    }
}
