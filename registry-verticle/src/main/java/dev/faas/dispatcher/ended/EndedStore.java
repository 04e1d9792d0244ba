package dev.faas.dispatcher.ended;

import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** Takes what the projector has added to the table {@code ended}. */
public final class EndedStore {
    /** Does what follows from ends, in the transaction that removes them from the table. */
    @FunctionalInterface
    public interface Handler {
        Future<Void> handle(SqlConnection tx, List<Ended> ends);
    }

    private final Pg pg;
    private final List<Handler> handlers;

    EndedStore(Pg pg, List<Handler> handlers) {
        this.pg = pg;
        this.handlers = handlers;
    }

    /** Returns how many. */
    Future<Integer> take(int limit) {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        delete from ended where activation_id in (
                            select activation_id from ended order by activation_id limit $1 for update skip locked)
                        returning *""")
                .execute(Tuple.of(limit))
                .compose(rows -> {
                    var ends = rows.stream().map(EndedStore::toEnded).toList();
                    return ends.isEmpty()
                            ? Future.succeededFuture(0)
                            : InOrder.forEach(handlers, handler -> handler.handle(tx, ends))
                                    .map(ends.size());
                }));
    }

    Future<Long> count() {
        return pg.withPool(pool -> pool.query("select count(*) from ended")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    private static Ended toEnded(Row row) {
        return new Ended(
                row.getString("activation_id"),
                row.getString("owner"),
                new Ended.Function(row.getString("function_id"), row.getString("function_name")),
                row.getString("status"),
                row.getJsonObject("tags"),
                row.getString("trigger_id"));
    }
}
