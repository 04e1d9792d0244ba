package dev.faas.registry;

import dev.faas.config.Secret;
import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.pg.PgConfig;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;

/** Connections to the registry's tables, for tests without a registry. */
public final class RegistryPg {
    private RegistryPg() {}

    public static Pg open(Vertx vertx, PostgresServer postgres, int connections) throws Exception {
        return Pg.open(vertx, config(postgres, postgres.url(), connections, Duration.ofSeconds(10)));
    }

    static PgConfig config(PostgresServer postgres, String url, int connections, Duration startTimeout) {
        var role = postgres.role("registry");
        return new PgConfig(
                URI.create(url), role.user(), new Secret(role.password()), "registry", connections, startTimeout);
    }
}
