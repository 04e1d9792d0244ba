package dev.faas.registry.hook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.hook.RefusedRequests;
import dev.faas.hook.RefusedRequests.Request;
import dev.faas.pg.Pg;
import dev.faas.wire.ApiTime;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** Reads and writes the table {@code hook_refusal}. */
public final class RefusalStore {
    private final Pg pg;

    public RefusalStore(Pg pg) {
        this.pg = pg;
    }

    /** Newest first. */
    Future<List<ObjectNode>> list(String hookId) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select * from hook_refusal where hook_id = $1 order by at desc, id desc limit $2")
                .execute(Tuple.of(hookId, RefusedRequests.KEPT))
                .map(rows -> rows.stream()
                        .map(row -> JsonNodeFactory.instance
                                .objectNode()
                                .put("at", ApiTime.format(Pg.time(row, "at")))
                                .put("status", row.getInteger("status"))
                                .put("reason", row.getString("reason"))
                                .put("deliveryId", row.getString("delivery_id")))
                        .toList()));
    }

    /** Those of hooks that are deleted by now are ignored; of the others the last ones stay. */
    Future<Void> add(List<Request> requests) {
        var hooks = requests.stream().map(Request::hook).distinct().toArray(String[]::new);
        return pg.inTransaction(tx -> lock(tx, hooks)
                .compose(locked -> insert(tx, requests))
                .compose(inserted -> tx.preparedQuery("""
                                delete from hook_refusal where id in (
                                    select id from (
                                        select id, row_number() over (
                                            partition by hook_id order by at desc, id desc) as place
                                        from hook_refusal where hook_id = any($1)) ranked
                                    where place > $2)""").execute(Tuple.of(hooks, RefusedRequests.KEPT)))
                .mapEmpty());
    }

    /** One transaction at a time sees all of a hook. */
    private static Future<Void> lock(SqlConnection tx, String[] hooks) {
        return tx.preparedQuery("select from hook where id = any($1) order by id for no key update")
                .execute(Tuple.of((Object) hooks))
                .mapEmpty();
    }

    private static Future<Void> insert(SqlConnection tx, List<Request> requests) {
        return tx.preparedQuery("""
                        insert into hook_refusal (hook_id, at, status, reason, delivery_id)
                        select h.id, r.at, r.status, r.reason, r.delivery_id
                        from unnest($1::text[], $2::timestamptz[], $3::int[], $4::text[], $5::text[])
                            as r (hook_id, at, status, reason, delivery_id)
                        join hook h on h.id = r.hook_id""")
                .execute(Tuple.of(
                        Pg.texts(requests, Request::hook),
                        Pg.times(requests, Request::at),
                        requests.stream().map(Request::status).toArray(Integer[]::new),
                        Pg.texts(requests, Request::reason),
                        Pg.texts(requests, Request::deliveryId)))
                .mapEmpty();
    }
}
