package dev.faas.bench.budget;

import dev.faas.bench.measure.Client;
import dev.faas.local.PostgresServer;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads what Postgres has counted, as its superuser, whose own statements do not count. Blocks. */
final class Statements implements AutoCloseable {
    private static final String ROLE_PREFIX = "faas_";

    private final PgConnection connection;

    private Statements(PgConnection connection) {
        this.connection = connection;
    }

    /** Loads the extension that counts statements: restarts the server. */
    static void enable(PostgresServer server) throws IOException {
        var vertx = Vertx.vertx();
        try {
            try (var statements = open(vertx, server)) {
                statements.query("alter system set shared_preload_libraries = 'pg_stat_statements'");
            }
            server.restart();
            try (var statements = open(vertx, server)) {
                statements.query("create extension pg_stat_statements");
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Postgres cannot count statements: " + e.getMessage(), e);
        } finally {
            vertx.close();
        }
    }

    static Statements open(Vertx vertx, PostgresServer server) throws Exception {
        var options =
                PgConnectOptions.fromUri(server.url()).setUser(server.user()).setPassword(server.password());
        return new Statements(Client.await(PgConnection.connect(vertx, options)));
    }

    /**
     * @param byService statements of each service, BEGIN and COMMIT included
     * @param rowVersions rows inserted, updated and deleted, in all tables
     */
    record Counts(Map<String, Long> byService, long rowVersions) {}

    Counts counts() throws Exception {
        var byService = new HashMap<String, Long>();
        for (var row :
                query("select rolname, sum(calls)::bigint from pg_stat_statements join pg_roles r on r.oid = userid"
                        + " where r.rolname <> current_user group by rolname")) {
            byService.put(row.getString(0).replace(ROLE_PREFIX, "") + "-service", row.getLong(1));
        }
        return new Counts(
                byService,
                number("select tup_inserted + tup_updated + tup_deleted from pg_stat_database"
                        + " where datname = current_database()"));
    }

    /** Activations that the ledger has. */
    long activations(boolean ended) throws Exception {
        return number("select count(*) from registry.activation where finished_at is " + (ended ? "not null" : "null"));
    }

    /** Ended activations that may still have events in the stream. */
    long unpruned() throws Exception {
        return number("select count(*) from registry.activation_unpruned");
    }

    private long number(String sql) throws Exception {
        return query(sql).iterator().next().getLong(0);
    }

    private RowSet<Row> query(String sql) throws Exception {
        return Client.await(connection.query(sql).execute());
    }

    @Override
    public void close() {
        connection.close();
    }
}
