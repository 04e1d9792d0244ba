package dev.faas.pg;

import dev.faas.batch.Batch;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.TreeMap;

/** Reads batches, and their items in the ledger. */
public final class BatchRowStore {
    /** Condition on rows of the ledger, whose values are those of {@link #range}. */
    public static final String ITEMS = " from activation where batch_id = $1 and id >= $2 and id < $3";

    private BatchRowStore() {}

    /** All items have the time of their batch. */
    public static Tuple range(String batch) {
        var time = Ids.timeOfBatch(batch);
        return Tuple.of(batch, Ids.lowestAt(time), Ids.lowestAt(time.plusMillis(1)));
    }

    /** Of its items by status, from an index alone. */
    public static Future<Map<String, Long>> count(Pg pg, String batch) {
        return pg.withPool(pool -> pool.preparedQuery("select status, count(*) as items" + ITEMS + " group by status")
                .execute(range(batch))
                .map(rows -> {
                    var counts = new TreeMap<String, Long>();
                    rows.forEach(row -> counts.put(row.getString("status"), row.getLong("items")));
                    return counts;
                }));
    }

    public static Batch toBatch(Row row) {
        return new Batch(
                row.getString("id"),
                row.getString("owner"),
                new Batch.Target(
                        row.getString("function_id"), row.getString("function_name"), row.getInteger("revision")),
                row.getString("state"),
                new Batch.Totals(row.getInteger("size"), row.getInteger("accepted"), row.getInteger("rejected")),
                row.getBuffer("seed"),
                new Batch.Times(Pg.time(row, "created_at"), Pg.optionalTime(row, "ended_at")));
    }
}
