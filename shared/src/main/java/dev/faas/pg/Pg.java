package dev.faas.pg;

import dev.faas.lifecycle.DependencyMissing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;

/** A pool of connections to one schema, migrated before the first use. */
public final class Pg {
    private Pg() {}

    /** Waits for Postgres up to the start timeout, migrates. Blocks: not for an event loop. */
    public static Pg open(Vertx vertx, PgConfig config) throws DependencyMissing {
        return Pending.now();
    }

    public Pool pool() {
        return Pending.now();
    }

    /** Work on the pool, a connection a statement; failures as {@link #failure} says. */
    public <T> Future<T> with(Function<Pool, Future<T>> work) {
        return Pending.now();
    }

    /** Work in one transaction, rolled back when it fails; failures as {@link #failure} says. */
    public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
        return Pending.now();
    }

    public Future<Void> ping() {
        return Pending.now();
    }

    public Future<Void> close() {
        return Pending.now();
    }

    /** 503 {@code unavailable} when Postgres cannot be reached or takes no work, else the failure itself. */
    public static Throwable failure(Throwable failure) {
        return Pending.now();
    }
}
