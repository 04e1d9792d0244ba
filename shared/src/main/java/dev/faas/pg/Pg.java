package dev.faas.pg;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** A pool of connections to one schema, migrated before the first use. Thread-safe. */
public final class Pg {
    /**
     * Begins a statement that is planned for its very values each time. Others are planned for any values once they have been
     * used a few times, which is cheaper, and bad where what they ask for may be in all rows or in none.
     */
    public static final String CUSTOM_PLAN = "/* planned anew */ ";

    /** One attempt to connect and ask, at start. */
    private static final long PROBE_SECONDS = 5;

    private final Pool pool;

    private Pg(Pool pool) {
        this.pool = pool;
    }

    /**
     * Waits for Postgres up to the start timeout, then migrates the schema (Flyway's lock lets replicas do so at once).
     * Blocks: not for an event loop.
     *
     * @throws DependencyMissing when it does not answer in time, or does not let us in
     */
    public static Pg open(Vertx vertx, PgConfig config) throws DependencyMissing, InterruptedException {
        var pool = PgBuilder.pool()
                .with(config.poolOptions())
                .connectingTo(config.connectOptions())
                .using(vertx)
                .build();
        var open = false;
        try {
            DependencyMissing.retryWithin(
                    config.startTimeout(), "postgres", config.address(), "FAAS_PG_URL", () -> probe(pool, config));
            var version = Migrations.run(config);
            LoggerFactory.getLogger(Pg.class).info("schema {} is at version {}", config.schema(), version);
            open = true;
            return new Pg(pool);
        } finally {
            if (!open) {
                pool.close();
            }
        }
    }

    public Pool pool() {
        return pool;
    }

    /** Work on the pool, a connection a statement; failures as {@link #toProblem} says. */
    public <T> Future<T> withPool(Function<Pool, Future<T>> work) {
        return work.apply(pool).recover(failure -> Future.failedFuture(toProblem(failure)));
    }

    /** Work in one transaction, rolled back when it fails; failures as {@link #toProblem} says. */
    public <T> Future<T> inTransaction(Function<SqlConnection, Future<T>> work) {
        return pool.withTransaction(work).recover(failure -> Future.failedFuture(toProblem(failure)));
    }

    public Future<Void> ping() {
        return pool.query("SELECT 1").execute().mapEmpty();
    }

    public Future<Void> close() {
        return pool.close();
    }

    /** 503 {@code unavailable} when Postgres cannot be reached or takes no work, else the failure itself. */
    public static Throwable toProblem(Throwable failure) {
        return Unavailable.matches(failure) ? Problem.unavailable("postgres").asException() : failure;
    }

    /** Whether it is the values that Postgres will not have: all else that fails may pass, and the same be taken later. */
    public static boolean isInvalidValue(Throwable failure) {
        return failure instanceof PgException refusal && Unavailable.isInvalidValue(refusal);
    }

    /** A whole round trip, so that a server that only listens, or a password that is wrong, does not count as there. */
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
                        "postgres at %s does not let '%s' in: %s. Check FAAS_PG_URL, FAAS_PG_USER and FAAS_PG_PASSWORD."
                                .formatted(config.address(), config.user(), refusal.getErrorMessage()),
                        refusal);
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
