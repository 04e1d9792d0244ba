package dev.faas.pg;

import dev.faas.config.CaFile;
import dev.faas.config.Env;
import dev.faas.config.Secret;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.PoolOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Configures the connection to Postgres.
 *
 * @param url {@code postgres://host:port/database}; user and password are separate settings
 * @param schema used by this service only; also the folder of its migrations ({@code classpath:db/<schema>})
 * @param startTimeout how long to wait for Postgres at start
 * @param ca of the server's certificate; null: no TLS
 */
public record PgConfig(
        URI url,
        String user,
        Secret password,
        String schema,
        int poolSize,
        Duration startTimeout,
        @Nullable CaFile ca) {
    private static final int DEFAULT_PORT = 5432;
    private static final URI DEFAULT_URL = URI.create("postgres://127.0.0.1:5432/faas");
    private static final String FORM = "must be postgres://host:port/database, without user, password or parameters";
    private static final Pattern SCHEMA = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    /** No statement takes this long in normal operation. */
    private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(10);

    /** Above the limit of a statement, which Postgres enforces itself: it has lost the connection. */
    static final Duration ANSWER_LIMIT = STATEMENT_LIMIT.plusSeconds(2);

    /** How long a request waits for a free connection before it is answered with 503. */
    private static final int POOL_WAIT_SECONDS = 5;

    private static final int POOL_QUEUE = 2_000;

    public PgConfig {
        if (!isValid(url)) {
            // The address may contain a password: not repeated.
            throw new IllegalArgumentException("FAAS_PG_URL " + FORM);
        }
        if (!SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException("schema must match " + SCHEMA + ", not '" + schema + "'");
        }
    }

    /** Without TLS. */
    public PgConfig(URI url, String user, Secret password, String schema, int poolSize, Duration startTimeout) {
        this(url, user, password, schema, poolSize, startTimeout, null);
    }

    public static PgConfig from(Env env, String schema) {
        var url = env.uri("FAAS_PG_URL", DEFAULT_URL, "address of Postgres: postgres://host:port/database");
        if (!isValid(url)) {
            env.addProblem("FAAS_PG_URL", FORM);
        }
        return new PgConfig(
                isValid(url) ? url : DEFAULT_URL,
                env.text("FAAS_PG_USER", "faas", "user in Postgres"),
                env.secret("FAAS_PG_PASSWORD", "password in Postgres").orElse(new Secret("")),
                schema,
                env.integer("FAAS_PG_POOL_SIZE", 8, 1, 200, "largest number of connections to Postgres"),
                env.duration(
                        "FAAS_START_TIMEOUT", Duration.ofSeconds(10), "how long to wait for dependencies at start"),
                CaFile.from(env, "FAAS_PG_CA_FILE", "CA of Postgres' certificate in PEM; default: no TLS")
                        .orElse(null));
    }

    public PgConfig withPoolSize(int connections) {
        return new PgConfig(url, user, password, schema, connections, startTimeout, ca);
    }

    String address() {
        return url.getHost() + ":" + port();
    }

    String jdbcUrl() {
        return "jdbc:postgresql://" + address() + url.getRawPath() + "?connectTimeout=5&ApplicationName=" + schema
                + (ca == null
                        ? ""
                        : "&loginTimeout=5&sslmode=verify-full&sslrootcert="
                                + URLEncoder.encode(ca.path().toString(), StandardCharsets.UTF_8));
    }

    PgConnectOptions connectOptions() {
        var host = url.getHost();
        var options = new PgConnectOptions();
        if (ca != null) {
            options.setSslMode(SslMode.VERIFY_FULL)
                    .setSslOptions(new ClientSSLOptions()
                            .setHostnameVerificationAlgorithm("HTTPS")
                            .setTrustOptions(
                                    new PemTrustOptions().addCertPath(ca.path().toString())));
        }
        return options.setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                .setPort(port())
                .setDatabase(url.getPath().substring(1))
                .setUser(user)
                .setPassword(password.value())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlFilter(sql -> !sql.startsWith(Pg.CUSTOM_PLAN))
                .addProperty("application_name", schema)
                .addProperty("search_path", schema)
                // Suppresses notices such as "already exists, skipping".
                .addProperty("client_min_messages", "warning")
                .addProperty("statement_timeout", Long.toString(STATEMENT_LIMIT.toMillis()))
                // A session of a client that is gone must not keep its locks.
                .addProperty("tcp_keepalives_idle", Integer.toString(AnswerLimit.KEEPALIVE_IDLE_SECONDS))
                .addProperty("tcp_keepalives_interval", Integer.toString(AnswerLimit.KEEPALIVE_INTERVAL_SECONDS))
                .addProperty("tcp_keepalives_count", Integer.toString(AnswerLimit.KEEPALIVE_COUNT))
                .addProperty("tcp_user_timeout", Long.toString(ANSWER_LIMIT.toMillis()));
    }

    PoolOptions poolOptions() {
        return new PoolOptions()
                .setMaxSize(poolSize)
                .setMaxWaitQueueSize(POOL_QUEUE)
                .setConnectionTimeout(POOL_WAIT_SECONDS)
                .setConnectionTimeoutUnit(TimeUnit.SECONDS);
    }

    private static boolean isValid(URI url) {
        return Set.of("postgres", "postgresql").contains(url.getScheme())
                && url.getHost() != null
                && url.getPath().length() > 1
                && url.getUserInfo() == null
                && url.getQuery() == null;
    }

    private int port() {
        return url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
    }
}
