package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.faas.destination.DeliveryFilter;
import dev.faas.destination.DeliveryState;
import dev.faas.destination.DestinationSpec;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.DeliverySelect;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the table {@code delivery}. The dispatcher makes, attempts and settles what is in it. */
public final class DeliveryStore {
    private static final String SELECT = """
            select v.*, case when v.due_at is null or v.leased_until > now() then null when d.disabled is not null then 'destination_disabled'
                when d.open_until is not null then 'circuit_open' end as waits
            from delivery v left join destination d on d.id = v.destination_id where\s""";

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryStore.class);
    private static final int AT_ONCE = 5_000;
    private static final String DROP = """
            update delivery set state = 'dropped', reason = 'destination_deleted', due_at = null
            where id = any(array(""";

    private static final String DROP_OF =
            DROP + "select id from delivery where destination_id = $2 and due_at is not null order by id limit $1))";

    /** A skip scan finds the destinations. */
    private static final String DROP_ORPHANS = DROP + """
            with recursive destinations as (
                (select destination_id as id from delivery where due_at is not null order by destination_id limit 1)
                union all
                select (select v.destination_id from delivery v where v.due_at is not null and v.destination_id > o.id
                    order by v.destination_id limit 1)
                from destinations o where o.id is not null)
            select v.id from destinations o cross join lateral (
                select id from delivery where destination_id = o.id and due_at is not null limit $1) v
            where not exists (select from destination d where d.id = o.id) order by v.id limit $1))""";

    private final Pg pg;

    public DeliveryStore(Pg pg) {
        this.pg = pg;
    }

    Future<Optional<Delivery>> find(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + "v.owner = $1 and v.id = $2")
                .execute(Tuple.of(owner, id))
                .map(rows -> rows.stream().map(DeliveryStore::toDelivery).findFirst()));
    }

    /**
     * Newest first.
     *
     * @param before id of the last one of the page before
     */
    Future<List<Delivery>> list(String owner, DeliveryFilter filter, @Nullable String before, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(Pg.CUSTOM_PLAN + SELECT + DeliverySelect.CONDITION
                        + "and ($6::text is null or v.id < $6) order by v.id desc limit $7")
                .execute(DeliverySelect.values(owner, filter).addValue(before).addValue(limit))
                .map(rows -> rows.stream().map(DeliveryStore::toDelivery).toList()));
    }

    /**
     * Any dispatcher sends it at once, whatever the state of the destination is. Returns its id, or that of the one that is still on
     * its way.
     */
    Future<String> insertTest(Destination destination, Instant now) {
        return pg.inTransaction(tx -> tx.preparedQuery("select from destination where id = $1 for no key update")
                .execute(Tuple.of(destination.id()))
                .compose(locked -> tx.preparedQuery("""
                                with pending as (select id from delivery
                                    where destination_id = $1 and type = $2 and due_at is not null limit 1),
                                inserted as (
                                    insert into delivery (id, event_id, destination_id, owner, type, state, due_at)
                                    select $3, $4, $1, $5, $2, $6, now() where not exists (select from pending)
                                    returning id)
                                select id from pending union all select id from inserted""")
                        .execute(Tuple.of(
                                destination.id(),
                                DestinationSpec.TEST,
                                Ids.delivery(now),
                                Ids.event(Ids.activation(now)),
                                destination.owner(),
                                DeliveryState.PENDING.text())))
                .map(rows -> rows.iterator().next().getString("id")));
    }

    /** As {@link DeliverySelect#REDELIVER}. Empty when there is none, no destination any more, or it is a test. */
    Future<Optional<Delivery>> redeliver(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        with found as (
                            select v.id, v.leased_until from delivery v join destination d on d.id = v.destination_id
                            where v.owner = $1 and v.id = $2 and v.type <> $3 for update of v)""" + DeliverySelect.REDELIVER)
                .execute(Tuple.of(owner, id, DestinationSpec.TEST))
                .compose((RowSet<Row> rows) ->
                        rows.size() == 0 ? Future.succeededFuture(Optional.empty()) : find(owner, id)));
    }

    /** Of a destination that has been deleted, some of those that wait. */
    static Future<Void> dropOf(SqlConnection tx, String destination) {
        return tx.preparedQuery(DROP_OF).execute(Tuple.of(AT_ONCE, destination)).mapEmpty();
    }

    /**
     * Removes those of more than 7 days that have ended, ends those that wait for 14 days, and drops those whose destination is gone.
     * Returns whether there may be more. Blocks.
     */
    public boolean maintain() throws Exception {
        int expired = change("""
                update delivery set state = 'failed', reason = 'expired', due_at = null where id = any(array(
                    select id from delivery where due_at is not null and created_at < now() - interval '14 days'
                    order by created_at limit $1))""");
        if (expired > 0) {
            LOG.warn("deliveries ended that waited for 14 days count={}", expired);
        }
        int dropped = change(DROP_ORPHANS);
        int removed = change("""
                delete from delivery where id = any(array(
                    select id from delivery where created_at < now() - interval '7 days' and due_at is null
                    order by created_at limit $1))""");
        return Math.max(expired, Math.max(dropped, removed)) == AT_ONCE;
    }

    private int change(String sql) throws Exception {
        return Blocking.await(pg.update(sql, Tuple.of(AT_ONCE)));
    }

    /** Of a deleted user. In batches: there may be millions. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.updateInParts(
                AT_ONCE,
                "delete from delivery where id = any(array(select id from delivery where owner = $1 limit $2))",
                Tuple.of(owner, AT_ONCE));
    }

    private static Delivery toDelivery(Row row) {
        var state = DeliveryState.of(row.getString("state")).orElseThrow();
        return new Delivery(
                row.getString("id"),
                new Delivery.Event(row.getString("event_id"), row.getString("type"), row.getString("activation_id")),
                row.getString("destination_id"),
                state == DeliveryState.SUCCEEDED ? row.getString("submit_id") : null,
                new Delivery.Progress(
                        state,
                        row.getString("reason"),
                        row.getInteger("attempt"),
                        Pg.optionalTime(row, "due_at"),
                        row.getString("waits")),
                (ArrayNode) Codec.readTree(row.getJsonArray("attempts").encode().getBytes(StandardCharsets.UTF_8)),
                Pg.time(row, "created_at"));
    }
}
