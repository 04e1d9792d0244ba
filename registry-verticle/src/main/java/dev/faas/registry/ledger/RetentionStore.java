package dev.faas.registry.ledger;

import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.stream.StreamSupport;

/** The table {@code activation}, as what is not kept any longer leaves it. */
public final class RetentionStore {
    /**
     * An activation with copies that have had their time.
     *
     * @param resultApart, argumentApart, logApart they lie in the object store
     */
    record Expired(String id, boolean resultApart, boolean argumentApart, boolean logApart) {}

    private final Pg pg;

    public RetentionStore(Pg pg) {
        this.pg = pg;
    }

    /** Those that ended before a time and have a result or an argument. */
    Future<List<Expired>> results(Instant endedBefore, int limit) {
        return expired(
                "(result is not null or result_apart or argument is not null or argument_apart)", endedBefore, limit);
    }

    /** Those that ended before a time and have a log. */
    Future<List<Expired>> logs(Instant endedBefore, int limit) {
        return expired("(log is not null or log_apart)", endedBefore, limit);
    }

    private Future<List<Expired>> expired(String having, Instant endedBefore, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, result_apart, argument_apart, log_apart from activation where finished_at is not null and "
                                + having + " and finished_at < $1 order by finished_at limit $2")
                .execute(Tuple.of(endedBefore.atOffset(ZoneOffset.UTC), limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new Expired(
                                row.getString("id"),
                                row.getBoolean("result_apart"),
                                row.getBoolean("argument_apart"),
                                row.getBoolean("log_apart")))
                        .toList()));
    }

    Future<Void> withoutResults(Collection<String> ids) {
        return update("result = null, result_apart = false, argument = null, argument_apart = false", ids);
    }

    Future<Void> withoutLogs(Collection<String> ids) {
        return update("log = null, log_apart = false", ids);
    }

    private Future<Void> update(String columns, Collection<String> ids) {
        return pg.withPool(pool -> pool.preparedQuery("update activation set " + columns + " where id = any($1)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .mapEmpty());
    }

    /** Lines of clocks that were wrong, which no partition has; true when there may be more. */
    public Future<Boolean> deleteStray(Instant endedBefore, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        delete from activation_default where id in (
                            select id from activation_default
                            where finished_at < $1 and pruned and not (result_apart or argument_apart or log_apart)
                            limit $2)""")
                .execute(Tuple.of(endedBefore.atOffset(ZoneOffset.UTC), limit))
                .map(deleted -> deleted.rowCount() == limit));
    }
}
