package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.faas.destination.DeliveryState;
import dev.faas.destination.DestinationSpec;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the table {@code delivery}. The dispatcher makes, attempts and settles what is in it. */
public final class DeliveryStore {
    private static final String SELECT = """
            select v.*, case when v.due_at is null then null when d.disabled is not null then 'destination_disabled'
                when d.open_until is not null then 'circuit_open' end as waits
            from delivery v left join destination d on d.id = v.destination_id where\s""";

    private static final int PRUNED = 5_000;

    private final Pg pg;

    public DeliveryStore(Pg pg) {
        this.pg = pg;
    }

    Future<Optional<Delivery>> find(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + "v.owner = $1 and v.id = $2")
                .execute(Tuple.of(owner, id))
                .map(rows -> rows.stream().map(DeliveryStore::toDelivery).findFirst()));
    }

    /** Selects deliveries of a list; null selects all. */
    record Filter(
            @Nullable String destination,
            @Nullable String activation,
            @Nullable DeliveryState state,
            @Nullable Instant since) {}

    /**
     * Newest first.
     *
     * @param before id of the last one of the page before
     */
    Future<List<Delivery>> list(String owner, Filter filter, @Nullable String before, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + """
                        v.owner = $1 and ($2::text is null or v.destination_id = $2)
                        and ($3::text is null or v.event_id = $3) and ($4::text is null or v.state = $4)
                        and ($5::timestamptz is null or v.created_at >= $5) and ($6::text is null or v.id < $6)
                        order by v.id desc limit $7""")
                .execute(Tuple.tuple()
                        .addValue(owner)
                        .addValue(filter.destination)
                        .addValue(filter.activation == null ? null : Ids.event(filter.activation))
                        .addValue(filter.state == null ? null : filter.state.text())
                        .addValue(Pg.optionalUtc(filter.since))
                        .addValue(before)
                        .addValue(limit))
                .map(rows -> rows.stream().map(DeliveryStore::toDelivery).toList()));
    }

    /** Any dispatcher sends it at once, whatever the state of the destination is. Returns its id. */
    Future<String> insertTest(Destination destination, Instant now) {
        var id = Ids.delivery(now);
        return pg.withPool(pool -> pool.preparedQuery("""
                        insert into delivery (id, event_id, destination_id, owner, type, state, due_at)
                        values ($1, $2, $3, $4, $5, $6, now())""")
                .execute(Tuple.of(
                        id,
                        Ids.event(Ids.activation(now)),
                        destination.id(),
                        destination.owner(),
                        DestinationSpec.TEST,
                        DeliveryState.PENDING.text()))
                .map(id));
    }

    /** Its attempts begin again. Empty when there is none, or no destination any more. */
    Future<Optional<Delivery>> redeliver(String owner, String id) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        update delivery v set state = $3, reason = null, attempt = 0, due_at = now()
                        from destination d where v.owner = $1 and v.id = $2 and d.id = v.destination_id
                        returning v.id""")
                .execute(Tuple.of(owner, id, DeliveryState.PENDING.text()))
                .compose((RowSet<Row> rows) ->
                        rows.size() == 0 ? Future.succeededFuture(Optional.empty()) : find(owner, id)));
    }

    /** Removes those of more than 7 days. Returns whether there may be more. Blocks. */
    public boolean prune() throws Exception {
        return Blocking.await(pg.withPool(pool ->
                        pool.preparedQuery("""
                        delete from delivery where id = any(array(
                            select id from delivery where created_at < now() - interval '7 days'
                            order by created_at limit $1))""").execute(Tuple.of(PRUNED)).map(RowSet::rowCount)))
                == PRUNED;
    }

    private static Delivery toDelivery(Row row) {
        return new Delivery(
                row.getString("id"),
                new Delivery.Event(row.getString("event_id"), row.getString("type"), row.getString("activation_id")),
                row.getString("destination_id"),
                new Delivery.Progress(
                        DeliveryState.of(row.getString("state")).orElseThrow(),
                        row.getString("reason"),
                        row.getInteger("attempt"),
                        Pg.optionalTime(row, "due_at"),
                        row.getString("waits")),
                (ArrayNode) Codec.readTree(row.getJsonArray("attempts").encode().getBytes(StandardCharsets.UTF_8)),
                Pg.time(row, "created_at"));
    }
}
