package dev.faas.dispatcher.ended;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.faas.destination.EndTarget;
import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Takes what the projector has added to the table {@code ended}. */
public final class EndedStore {
    /** Does what follows from ends, in the transaction that removes them from the table. */
    @FunctionalInterface
    public interface Handler {
        Future<Void> handle(SqlConnection tx, List<Ended> ends);
    }

    /** Owners share the limit; a skip scan finds them. */
    private static final String TAKE = """
            with recursive owners as (
                (select owner from ended order by owner limit 1)
                union all
                select (select e.owner from ended e where e.owner > o.owner order by e.owner limit 1)
                from owners o where o.owner is not null),
            share as (select greatest(1, $1 / count(owner)) as size from owners),
            chosen as (
                select e.activation_id from owners o cross join share cross join lateral (
                    select activation_id from ended where owner = o.owner order by activation_id limit share.size) e
                order by random() limit $1),
            locked as (
                select activation_id from ended where activation_id in (select activation_id from chosen)
                order by activation_id for update skip locked)
            delete from ended e using locked l where e.activation_id = l.activation_id returning e.*""";

    private final Pg pg;
    private final List<Handler> handlers;

    EndedStore(Pg pg, List<Handler> handlers) {
        this.pg = pg;
        this.handlers = handlers;
    }

    /** Returns how many. */
    Future<Integer> take(int limit) {
        return pg.inTransaction(tx -> tx.preparedQuery(TAKE)
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
                targets(row),
                row.getString("trigger_id"));
    }

    private static List<EndTarget> targets(Row row) {
        var json = row.getJsonArray("targets");
        return json == null
                ? List.of()
                : Codec.read(json.encode().getBytes(StandardCharsets.UTF_8), new TypeReference<List<EndTarget>>() {});
    }
}
