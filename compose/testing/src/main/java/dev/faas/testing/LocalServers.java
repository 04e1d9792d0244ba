package dev.faas.testing;

import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A real Postgres and a real NATS for one service, and what a test asks them. */
public class LocalServers implements AutoCloseable {
    public final PostgresServer postgres;
    public final NatsServer nats;
    private final String service;

    /** @param service whose role and schema the database has */
    protected LocalServers(Path directory, String service) throws IOException {
        this.postgres = TestPostgres.start(directory.resolve("postgres"));
        this.nats = NatsServer.start(directory.resolve("nats"));
        this.service = service;
    }

    /** Connections of the service to its database. */
    public final long postgresConnections() throws SQLException {
        return number("select count(*) from pg_stat_activity where usename = '"
                + postgres.role(service).user() + "'");
    }

    public final long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    /** The first column of the first row, as text; in the service's schema. */
    public final String text(String sql) throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    public final void run(String sql) throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public final String jdbcUrl() {
        return "jdbc:" + postgres.url().replace("postgres:", "postgresql:");
    }

    /** In the schema of the service. */
    public final Connection connection() throws SQLException {
        var connection = DriverManager.getConnection(jdbcUrl(), postgres.user(), postgres.password());
        connection.setSchema(service);
        return connection;
    }

    public final long natsConnections() throws IOException, InterruptedException {
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
