package dev.faas.pg;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Pools connections to one schema, which is migrated before the first use. Thread-safe. */
public final class Pg {
    /** Prefix of a statement that Postgres must plan for its actual values each time (a custom plan). Prepared statements get a
     * generic plan after a few uses, which is cheaper, but slow where a value may match all rows or none.
     */
    public static final String CUSTOM_PLAN = "/* planned anew */ ";

    /** Of one attempt to connect at start. */
    private static final long PROBE_SECONDS = 5;

    /** The client has no exceptions of their own for these. */
    private static final String SPEAKS_NO_TLS = "Postgres Server does not handle SSL connection";

    private static final String HANDSHAKE_FAILED = "SSL handshake failed";
    /** SQLSTATE of a connection that was refused by the client, not by the server. */
    private static final String CONNECTION_FAILURE = "08006";

    private final Pool pool;

    private Pg(Pool pool) {
        this.pool = pool;
    }

    /** Waits for Postgres up to the start timeout, then migrates the schema. Replicas may do so at once: Flyway has a lock.
     * Blocks: not for an event loop.
     *
     * @throws DependencyMissing when Postgres does not answer in time, or rejects the user
     */
    public static Pg open(Vertx vertx, PgConfig config) throws DependencyMissing, InterruptedException {
        var pool = PgBuilder.pool()
                .with(config.poolOptions())
                .connectingTo(config.connectOptions())
                .withConnectHandler(Pg::limitAnswers)
                .using(vertx)
                .build();
        var open = false;
        try {
            DependencyMissing.retryWithin(
                    config.startTimeout(), "postgres", config.address(), "FAAS_PG_URL", () -> probe(pool, config));
            var version = Migrations.run(config);
            LoggerFactory.getLogger(Pg.class).info("schema migrated schema={} version={}", config.schema(), version);
            open = true;
            return new Pg(pool);
        } finally {
            if (!open) {
                pool.close();
            }
        }
    }

    private static void limitAnswers(SqlConnection connection) {
        try {
            new AnswerLimit(PgConfig.ANSWER_LIMIT).addTo(connection);
        } finally {
            // Gives it to the pool.
            connection.close();
        }
    }

    /** That are open now. */
    public int connections() {
        return pool.size();
    }

    public Pool pool() {
        return pool;
    }

    /** Each statement may use another connection; failures are mapped by {@link #toProblem}. */
    public <T> Future<T> withPool(Function<Pool, Future<T>> work) {
        return work.apply(pool).recover(failure -> Future.failedFuture(toProblem(failure)));
    }

    /** Returns how many rows were changed. */
    public Future<Integer> update(String statement, Tuple values) {
        return withPool(all -> all.preparedQuery(statement).execute(values).map(RowSet::rowCount));
    }

    /** Repeats a statement that changes so many rows at most, until there are fewer: none of them takes long. */
    public Future<Void> updateInParts(int most, String statement, Tuple values) {
        return update(statement, values)
                .compose(changed -> changed < most ? Future.succeededFuture() : updateInParts(most, statement, values));
    }

    /** Rolls back when the work fails; failures are mapped by {@link #toProblem}. */
    public <T> Future<T> inTransaction(Function<SqlConnection, Future<T>> work) {
        return pool.withTransaction(work).recover(failure -> Future.failedFuture(toProblem(failure)));
    }

    public Future<Void> ping() {
        return pool.query("SELECT 1").execute().mapEmpty();
    }

    public Future<Void> close() {
        return pool.close();
    }

    /** As a parameter of type {@code timestamptz}. */
    public static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    /** The same; null stays null. */
    public static @Nullable OffsetDateTime optionalUtc(@Nullable Instant time) {
        return time == null ? null : utc(time);
    }

    /** Of rows, as a parameter of type {@code text[]}. */
    public static <T> String[] texts(List<T> rows, Function<T, @Nullable String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }

    /** Of rows, as a parameter of type {@code timestamptz[]}. */
    public static <T> OffsetDateTime[] times(List<T> rows, Function<T, @Nullable Instant> value) {
        return rows.stream().map(row -> optionalUtc(value.apply(row))).toArray(OffsetDateTime[]::new);
    }

    /** A column of type {@code timestamptz} that is not null. */
    public static Instant time(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    public static byte @Nullable [] optionalBytes(Row row, String column) {
        var bytes = row.getBuffer(column);
        return bytes == null ? null : bytes.getBytes();
    }

    public static @Nullable Instant optionalTime(Row row, String column) {
        var time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    /** 503 {@code unavailable} when Postgres cannot be reached or is overloaded, else the failure itself. */
    public static Throwable toProblem(Throwable failure) {
        return Unavailable.matches(failure) ? Problem.unavailable("postgres").asException(failure) : failure;
    }

    /** Whether Postgres rejected the values. After any other failure the same statement may succeed later. */
    public static boolean isInvalidValue(Throwable failure) {
        return failure instanceof PgException refusal && Unavailable.isInvalidValue(refusal);
    }

    /** Waiting does not help: the server speaks no TLS, or has another certificate. */
    private static void failOnTls(PgConfig config, Throwable failure) throws DependencyMissing {
        var ca = config.ca();
        var message = String.valueOf(failure.getMessage());
        var server = "postgres at " + config.address();
        if (ca != null && message.equals(SPEAKS_NO_TLS)) {
            throw new DependencyMissing(ca.plainServer(server), failure);
        }
        if (ca != null && message.equals(HANDSHAKE_FAILED)) {
            try {
                // The driver of the migrations says why.
                DriverManager.getConnection(
                                config.jdbcUrl(),
                                config.user(),
                                config.password().value())
                        .close();
            } catch (SQLException e) {
                if (CONNECTION_FAILURE.equals(e.getSQLState())) {
                    throw new DependencyMissing(ca.refused(server, "FAAS_PG_URL", e.getMessage()), e);
                }
            }
        }
    }

    /** A query, because a server that only accepts connections, or a wrong password, must not count as available. */
    private static Void probe(Pool pool, PgConfig config) throws Exception {
        try {
            return pool.query("SELECT 1")
                    .execute()
                    .<Void>mapEmpty()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PgException refusal && Unavailable.isAccessDenied(refusal)) {
                throw new DependencyMissing(
                        "postgres at %s rejected user '%s': %s. Check FAAS_PG_URL, FAAS_PG_USER, FAAS_PG_PASSWORD and FAAS_PG_CA_FILE."
                                .formatted(config.address(), config.user(), refusal.getErrorMessage()),
                        refusal);
            }
            failOnTls(config, e.getCause());
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
