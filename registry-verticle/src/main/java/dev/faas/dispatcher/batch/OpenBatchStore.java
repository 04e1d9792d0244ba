package dev.faas.dispatcher.batch;

import dev.faas.dispatcher.event.EventStore;
import dev.faas.pg.BatchRowStore;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Finds out which batches have ended, and notes it in the table {@code batch}. */
final class OpenBatchStore {
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

    /**
     * Marks one as incomplete whose request was cut off: nothing has happened for so long, and no job goes on with it. Returns
     * whether it was.
     */
    Future<Boolean> giveUp(OpenBatch batch, Duration silence) {
        return hasItem(batch, "changed_at > now() - interval '" + silence.toSeconds() + " seconds'")
                .compose(hasRecent -> hasRecent
                        ? Future.succeededFuture(false)
                        : pg.update("""
                                        update batch set state = 'incomplete', changed_at = now()
                                        where id = $1 and state = 'open' and changed_at < now() - $2 * interval '1 second'
                                        and not exists (select from job j where j.batch_id = batch.id and j.ended_at is null)""", Tuple.of(batch.id(), silence.toSeconds()))
                                .map(updated -> updated == 1));
    }

    private Future<Boolean> hasItem(OpenBatch batch, String condition) {
        return pg.withPool(pool -> pool.preparedQuery("select (select true" + BatchRowStore.ITEMS + " and " + condition
                        + " order by id desc limit 1) is not null as found")
                .execute(BatchRowStore.range(batch.id()))
                .map(rows -> rows.iterator().next().getBoolean("found")));
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
                        batch.batch().state(),
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

    private static OpenBatch toBatch(Row row) {
        return new OpenBatch(BatchRowStore.toBatch(row), Pg.time(row, "changed_at"), row.getString("announced"));
    }
}
