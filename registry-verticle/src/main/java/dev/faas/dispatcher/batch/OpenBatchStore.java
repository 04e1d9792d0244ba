package dev.faas.dispatcher.batch;

import dev.faas.dispatcher.event.EventStore;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds out which batches have ended, and notes it in the table {@code batch}. */
final class OpenBatchStore {
    /** Condition on rows of the ledger; all items have the time of their batch. */
    private static final String ITEMS = " from activation where batch_id = $1 and id >= $2 and id < $3";

    private final Pg pg;

    OpenBatchStore(Pg pg) {
        this.pg = pg;
    }

    /** In the order of their ids. */
    Future<List<OpenBatch>> list(String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select * from batch where ended_at is null and id > $1 order by id limit $2")
                .execute(Tuple.of(after, limit))
                .map(rows -> rows.stream().map(OpenBatchStore::toBatch).toList()));
    }

    /**
     * Whether an item is queued or runs. Looks at the last items first: they were accepted last, so they usually end last.
     */
    Future<Boolean> isAlive(OpenBatch batch) {
        return hasItem(batch, "status in ('queued', 'running')");
    }

    /** Marks one as incomplete whose request was cut off: nothing has happened for a quarter of an hour. Returns whether it was. */
    Future<Boolean> giveUp(OpenBatch batch) {
        return hasItem(batch, "changed_at > now() - interval '15 minutes'")
                .compose(hasRecent -> hasRecent
                        ? Future.succeededFuture(false)
                        : pg.withPool(pool -> pool.preparedQuery("""
                                        update batch set state = 'incomplete', changed_at = now()
                                        where id = $1 and state = 'open' and changed_at < now() - interval '15 minutes'""")
                                .execute(Tuple.of(batch.id()))
                                .map(updated -> updated.rowCount() == 1)));
    }

    private Future<Boolean> hasItem(OpenBatch batch, String condition) {
        return pg.withPool(pool -> pool.preparedQuery("select (select true" + ITEMS + " and " + condition
                        + " order by id desc limit 1) is not null as found")
                .execute(range(batch))
                .map(rows -> rows.iterator().next().getBoolean("found")));
    }

    /** Of items by status. */
    Future<Map<String, Long>> count(OpenBatch batch) {
        return pg.withPool(pool -> pool.preparedQuery("select status, count(*) as items" + ITEMS + " group by status")
                .execute(range(batch))
                .map(rows -> {
                    var counts = new TreeMap<String, Long>();
                    rows.forEach(row -> counts.put(row.getString("status"), row.getLong("items")));
                    return counts;
                }));
    }

    /**
     * Notes the end once, unless the batch has changed since it was read, and makes the deliveries of its event in the same
     * transaction. Returns whether it did.
     */
    Future<Boolean> end(OpenBatch batch, Map<String, Long> counts) {
        long items = sum(counts);
        var endedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        update batch set ended_at = $2, announced = $3
                        where id = $1 and ended_at is null and state = $4 and changed_at = $5""")
                .execute(Tuple.of(
                        batch.id(),
                        endedAt.atOffset(ZoneOffset.UTC),
                        batch.announcement(items),
                        batch.state(),
                        batch.changedAt().atOffset(ZoneOffset.UTC)))
                .compose(updated -> updated.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : announce(tx, batch, counts, endedAt).map(true)));
    }

    /** Not again when a repeat of its request has changed nothing. */
    private static Future<Void> announce(SqlConnection tx, OpenBatch batch, Map<String, Long> counts, Instant endedAt) {
        return batch.announcement(sum(counts)).equals(batch.announced())
                ? Future.succeededFuture()
                : EventStore.add(tx, List.of(batch.toEvent(counts, endedAt)));
    }

    static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Tuple range(OpenBatch batch) {
        var time = Ids.timeOfBatch(batch.id());
        return Tuple.of(batch.id(), Ids.lowestAt(time), Ids.lowestAt(time.plusMillis(1)));
    }

    private static OpenBatch toBatch(Row row) {
        return new OpenBatch(
                row.getString("id"),
                row.getString("owner"),
                new OpenBatch.Function(
                        row.getString("function_id"), row.getString("function_name"), row.getInteger("revision")),
                row.getString("state"),
                new OpenBatch.Totals(row.getInteger("size"), row.getInteger("accepted"), row.getInteger("rejected")),
                Pg.time(row, "created_at"),
                Pg.time(row, "changed_at"),
                row.getString("announced"));
    }
}
