package dev.faas.registry.batch;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.batch.Batch;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.BatchRowStore;
import dev.faas.pg.Pg;
import dev.faas.registry.quota.QuotaStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code batch}, and reads the items of batches in the ledger. */
public final class BatchStore {
    private static final int PRUNED = 1_000;

    private final Pg pg;
    private final AuditStore audit;

    public BatchStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /** @param isNew false: an earlier request with the same key made it */
    record Opened(Batch batch, boolean isNew) {}

    /**
     * Adds it, or opens the one that a request with this key made in the last 23 hours: for longer the ledger need not have
     * its records.
     *
     * @param checkRoom of what the owner has with it
     */
    Future<Opened> open(Batch fresh, @Nullable String key, Consumer<QuotaStore.Usage> checkRoom, Origin origin) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, fresh.owner())
                .compose(locked -> reopen(tx, fresh, key))
                .compose(known -> known.<Future<Opened>>map(batch -> Future.succeededFuture(new Opened(batch, false)))
                        .orElseGet(() -> insert(tx, fresh, key, checkRoom, origin))));
    }

    private static Future<Optional<Batch>> reopen(SqlConnection tx, Batch fresh, @Nullable String key) {
        if (key == null) {
            return Future.succeededFuture(Optional.empty());
        }
        var values = Tuple.of(fresh.owner(), fresh.function().id(), key);
        return tx.preparedQuery("""
                        update batch set key = null where owner = $1 and function_id = $2 and key = $3
                        and created_at < now() - interval '23 hours'""")
                .execute(values)
                .compose(forgotten -> tx.preparedQuery("""
                                update batch set state = 'open', changed_at = now(), ended_at = null
                                where owner = $1 and function_id = $2 and key = $3 returning *""").execute(values))
                .map(BatchStore::first);
    }

    /** An open one. */
    public static Future<Batch> insert(SqlConnection tx, Batch fresh, @Nullable String key) {
        var function = fresh.function();
        return tx.preparedQuery("""
                        insert into batch (id, owner, function_id, function_name, revision, state, size, seed, key)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *""")
                .execute(Tuple.tuple()
                        .addValue(fresh.id())
                        .addValue(fresh.owner())
                        .addValue(function.id())
                        .addValue(function.name())
                        .addValue(function.revision())
                        .addValue(Batch.OPEN)
                        .addValue(fresh.totals().size())
                        .addValue(fresh.seed())
                        .addValue(key))
                .map(rows -> first(rows).orElseThrow());
    }

    private Future<Opened> insert(
            SqlConnection tx, Batch fresh, @Nullable String key, Consumer<QuotaStore.Usage> checkRoom, Origin origin) {
        return insert(tx, fresh, key)
                .compose(batch -> QuotaStore.usage(tx, fresh.owner())
                        .compose(usage -> {
                            checkRoom.accept(usage);
                            return audit.write(
                                    tx,
                                    AuditEntry.done(
                                                    origin,
                                                    "batch.create",
                                                    batch.id(),
                                                    new JsonObject()
                                                            .put(
                                                                    "function",
                                                                    fresh.function()
                                                                            .id()))
                                            .inProject(batch.owner()));
                        })
                        .map(new Opened(batch, true)));
    }

    /** All of its items have been answered. False when there is no such batch. */
    Future<Boolean> close(String owner, String id, int accepted, int rejected) {
        return pg.update("""
                        update batch set state = 'closed', changed_at = now(), ended_at = null, accepted = $3, rejected = $4, size = $3::int + $4::int
                        where owner = $1 and id = $2""", Tuple.of(owner, id, accepted, rejected)).map(updated -> updated == 1);
    }

    /** Its request was cut off; another one with its key may go on. False when there is no such batch, or it is closed. */
    Future<Boolean> giveUp(String owner, String id, int accepted, int rejected) {
        return pg.update("""
                        update batch set state = 'incomplete', changed_at = now(), accepted = $3, rejected = $4
                        where owner = $1 and id = $2 and state = 'open'""", Tuple.of(owner, id, accepted, rejected)).map(updated -> updated == 1);
    }

    Future<Optional<Batch>> find(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery("select * from batch where owner = $1 and id = $2")
                .execute(Tuple.of(owner, id))
                .map(BatchStore::first));
    }

    /** Newest first. */
    Future<List<Batch>> list(String owner, @Nullable String before, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select * from batch where owner = $1 and ($2::text is null or id < $2)
                        order by id desc limit $3""")
                .execute(Tuple.of(owner, before, limit))
                .map(rows -> rows.stream().map(BatchRowStore::toBatch).toList()));
    }

    /** Of its items by status. */
    Future<Map<String, Long>> count(String batch) {
        return BatchRowStore.count(pg, batch);
    }

    /** @param content identifies what was submitted */
    record Known(String activationId, String content) {}

    /** Those that the ledger has, from this id on. */
    Future<List<Known>> known(Batch batch, String from) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select id, batch_content" + BatchRowStore.ITEMS + " and id >= $4")
                .execute(BatchRowStore.range(batch.id()).addValue(from))
                .map(rows -> rows.stream()
                        .map(row -> new Known(row.getString("id"), row.getString("batch_content")))
                        .toList()));
    }

    record Item(
            String activationId, String status, @Nullable String reason) {}

    /** By index. */
    Future<List<Item>> items(Batch batch, List<String> statuses, @Nullable String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("select id, status, reason" + BatchRowStore.ITEMS + """
                         and ($4::text is null or id > $4) and ($5::text[] = '{}' or status = any($5))
                        order by id limit $6""")
                .execute(BatchRowStore.range(batch.id())
                        .addValue(after)
                        .addArrayOfString(statuses.toArray(String[]::new))
                        .addValue(limit))
                .map(rows -> rows.stream()
                        .map(row -> new Item(row.getString("id"), row.getString("status"), row.getString("reason")))
                        .toList()));
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.update("delete from batch where owner = $1", Tuple.of(owner)).mapEmpty();
    }

    /** Removes those that ended 30 days ago. Returns whether there may be more. Blocks. */
    public boolean prune() throws Exception {
        return Blocking.await(pg.update("""
                        delete from batch where id = any(array(
                            select id from batch where ended_at < now() - interval '30 days' order by ended_at limit $1))""", Tuple.of(PRUNED))) == PRUNED;
    }

    private static Optional<Batch> first(RowSet<Row> rows) {
        return rows.stream().map(BatchRowStore::toBatch).findFirst();
    }
}
