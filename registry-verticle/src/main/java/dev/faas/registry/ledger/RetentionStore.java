package dev.faas.registry.ledger;

import dev.faas.pg.Pg;
import dev.faas.registry.ledger.LedgerStore.End;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;

/** Finds and clears expired payloads in the table {@code activation}, and deletes rows. */
public final class RetentionStore {
    /** An activation with payloads to remove, and where they are. */
    record Expired(End end, boolean resultInObjectStore, boolean argumentInObjectStore, boolean logInObjectStore) {}

    private final Pg pg;

    public RetentionStore(Pg pg) {
        this.pg = pg;
    }

    /** Activations that still have a result or an argument, in the order of ends. */
    Future<List<Expired>> findExpiredResults(End after, Instant endedBefore, int limit) {
        return findExpired(
                "(result is not null or result_apart or argument is not null or argument_apart)",
                after.toValues(endedBefore, limit));
    }

    /** Activations that still have a log, in the order of ends. */
    Future<List<Expired>> findExpiredLogs(End after, Instant endedBefore, int limit) {
        return findExpired("(log is not null or log_apart)", after.toValues(endedBefore, limit));
    }

    private Future<List<Expired>> findExpired(String having, Tuple values) {
        return find(
                having + " and finished_at < $1 and (finished_at, id) > ($2, $3) order by finished_at, id limit $4",
                values);
    }

    /** Activations of an owner that have something in the object store, in the order of ends. */
    Future<List<Expired>> findOldestApart(String owner, int limit) {
        return find(
                "owner = $1 and (result_apart or argument_apart or log_apart) order by finished_at, id limit $2",
                Tuple.of(owner, limit));
    }

    /** Activations of an owner that have ended and have no events any more. */
    Future<List<Expired>> findPruned(String owner, int limit) {
        return find(
                "owner = $1 and pruned and not exists (select from activation_unpruned u"
                        + " where u.finished_at = activation.finished_at and u.id = activation.id) limit $2",
                Tuple.of(owner, limit));
    }

    Future<Void> delete(Collection<String> ids) {
        return pg.update(
                        "delete from activation where id in"
                                + " (select id from activation where id = any($1) order by id for update)",
                        Tuple.of(ids.toArray(String[]::new)))
                .mapEmpty();
    }

    private Future<List<Expired>> find(String which, Tuple values) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, finished_at, result_apart, argument_apart, log_apart from activation"
                                + " where finished_at is not null and " + which)
                .execute(values)
                .map(rows -> rows.stream()
                        .map(row -> new Expired(
                                End.of(row),
                                row.getBoolean("result_apart"),
                                row.getBoolean("argument_apart"),
                                row.getBoolean("log_apart")))
                        .toList()));
    }

    Future<Void> clearResults(Collection<String> ids) {
        return update("result = null, result_apart = false, argument = null, argument_apart = false", ids);
    }

    Future<Void> clearLogs(Collection<String> ids) {
        return update("log = null, log_apart = false", ids);
    }

    private Future<Void> update(String columns, Collection<String> ids) {
        return pg.update(
                        "with ordered as (select id from activation where id = any($1) order by id for update)"
                                + " update activation a set " + columns + " from ordered where a.id = ordered.id",
                        Tuple.of(ids.toArray(String[]::new)))
                .mapEmpty();
    }

    /** Deletes expired rows from the partition DEFAULT, where rows of wrong clocks are; true when there may be more. */
    public Future<Boolean> deleteStrayRows(Instant endedBefore, int limit) {
        return pg.update("""
                        delete from activation_default where id in (
                            select id from activation_default
                            where finished_at < $1 and pruned and not (result_apart or argument_apart or log_apart)
                            and not exists (select from activation_unpruned u
                                where u.finished_at = activation_default.finished_at and u.id = activation_default.id)
                            order by id limit $2 for update)""", Tuple.of(endedBefore.atOffset(ZoneOffset.UTC), limit))
                .map(deleted -> deleted == limit);
    }
}
