package dev.faas.pg;

import dev.faas.config.Env;
import dev.faas.config.Secret;
import java.net.URI;
import java.time.Duration;

/**
 * Where Postgres is, and who we are there.
 *
 * @param url {@code postgres://host:port/database}
 * @param schema ours alone, and the folder of its migrations ({@code classpath:db/<schema>})
 * @param startTimeout how long to wait for it at start
 */
public record PgConfig(URI url, String user, Secret password, String schema, int poolSize, Duration startTimeout) {

    public static PgConfig from(Env env, String schema) {
        return new PgConfig(
                env.uri("FAAS_PG_URL", URI.create("postgres://127.0.0.1:5432/faas"), "where Postgres is"),
                env.text("FAAS_PG_USER", "faas", "its user"),
                env.secret("FAAS_PG_PASSWORD", "the user's password").orElse(new Secret("")),
                schema,
                env.integer("FAAS_PG_POOL_SIZE", 8, 1, 200, "connections to Postgres"),
                env.duration(
                        "FAAS_START_TIMEOUT", Duration.ofSeconds(10), "how long to wait for dependencies at start"));
    }
}
