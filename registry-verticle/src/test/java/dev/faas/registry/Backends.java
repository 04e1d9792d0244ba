package dev.faas.registry;

import dev.faas.config.Secret;
import dev.faas.http.HttpConfig;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import dev.faas.registry.ledger.Retention;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** A real Postgres and a real NATS. */
final class Backends implements AutoCloseable {
    final PostgresServer postgres;
    final NatsServer nats;

    private Backends(PostgresServer postgres, NatsServer nats) {
        this.postgres = postgres;
        this.nats = nats;
    }

    static Backends start(Path directory) throws IOException {
        var postgres = PostgresServer.start(directory.resolve("postgres"));
        return new Backends(postgres, NatsServer.start(directory.resolve("nats")));
    }

    Nats connect(String name) throws Exception {
        return Nats.connect(NatsConfig.local(nats.url()), name);
    }

    /** On free ports of the loopback address, with short pauses, so that tests wait less. */
    RegistryConfig config() {
        return config(postgres.url(), nats.url(), Duration.ofSeconds(10));
    }

    RegistryConfig config(String postgresUrl, String natsUrl, Duration startTimeout) {
        var role = postgres.role("registry");
        return new RegistryConfig(
                0,
                HttpConfig.loopback(),
                new RegistryConfig.Connections(
                        new NatsConfig(natsUrl, null, null, startTimeout, Duration.ofSeconds(2)),
                        TopologyConfig.LOCAL,
                        new PgConfig(
                                URI.create(postgresUrl),
                                role.user(),
                                new Secret(role.password()),
                                "registry",
                                8,
                                startTimeout)),
                Retention.DEFAULT,
                500,
                new RegistryConfig.Maintenance(
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ZERO));
    }

    /** Makes the registry accept tokens of this signer. */
    void trust(TestTokens signer) throws Exception {
        try (var bus = connect("auth-of-the-test")) {
            bus.kv("KEYS")
                    .put(signer.kid(), signer.publicJwk().getBytes(StandardCharsets.UTF_8))
                    .join();
        }
    }

    /** Connections of the registry to its database. */
    long postgresConnections() throws SQLException {
        return number("select count(*) from pg_stat_activity where usename = '"
                + postgres.role("registry").user() + "'");
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    /** The first column of the first row, as text; in the schema of the registry. */
    String text(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                "jdbc:" + postgres.url().replace("postgres:", "postgresql:"), postgres.user(), postgres.password())) {
            connection.setSchema("registry");
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "";
            }
        }
    }

    void run(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                "jdbc:" + postgres.url().replace("postgres:", "postgresql:"), postgres.user(), postgres.password())) {
            connection.setSchema("registry");
            try (var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    long natsConnections() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(nats.monitoringUrl() + "/connz"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new JsonObject(answer.body()).getLong("num_connections");
        }
    }

    @Override
    public void close() throws IOException {
        try (postgres) {
            nats.close();
        }
    }
}
