package dev.faas.auth;

import dev.faas.config.Secret;
import dev.faas.http.HttpConfig;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** A real Postgres, and a real NATS with the streams that the registry creates in production. */
final class Backends implements AutoCloseable {
    static final Duration ACCESS_LIFETIME = Duration.ofMinutes(15);
    static final Duration REFRESH_LIFETIME = Duration.ofDays(30);

    final PostgresServer postgres;
    final NatsServer nats;

    private Backends(PostgresServer postgres, NatsServer nats) {
        this.postgres = postgres;
        this.nats = nats;
    }

    static Backends start(Path directory) throws Exception {
        var started = withoutStreams(directory);
        try (var bus = started.connect("registry-of-the-test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
        }
        return started;
    }

    static Backends withoutStreams(Path directory) throws IOException {
        var postgres = PostgresServer.start(directory.resolve("postgres"));
        return new Backends(postgres, NatsServer.start(directory.resolve("nats")));
    }

    Nats connect(String name) throws Exception {
        return Nats.connect(natsConfig(nats.url(), Duration.ofSeconds(10)), name);
    }

    /** On free ports of the loopback address. */
    AuthConfig config() {
        return config(postgres.url(), nats.url(), Duration.ofSeconds(10));
    }

    AuthConfig config(String postgresUrl, String natsUrl, Duration startTimeout) {
        return new AuthConfig(
                0,
                HttpConfig.loopback(),
                pgConfig(postgresUrl, startTimeout),
                natsConfig(natsUrl, startTimeout),
                new AuthConfig.TokenLifetimes(ACCESS_LIFETIME, REFRESH_LIFETIME),
                new AuthConfig.Hashing(2, 64));
    }

    PgConfig pgConfig(String url, Duration startTimeout) {
        var role = postgres.role("auth");
        return new PgConfig(URI.create(url), role.user(), new Secret(role.password()), "auth", 8, startTimeout);
    }

    private static NatsConfig natsConfig(String url, Duration startTimeout) {
        return new NatsConfig(url, null, null, startTimeout, Duration.ofSeconds(2));
    }

    /** Connections of auth-service to its database. */
    long postgresConnections() throws SQLException {
        return number("select count(*) from pg_stat_activity where usename = '"
                + postgres.role("auth").user() + "'");
    }

    long number(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        "jdbc:" + postgres.url().replace("postgres:", "postgresql:"),
                        postgres.user(),
                        postgres.password());
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
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
