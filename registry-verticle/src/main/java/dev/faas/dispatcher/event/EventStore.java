package dev.faas.dispatcher.event;

import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Makes deliveries of stored events, and notes them for the feeds, in the transaction of what happened. */
public final class EventStore {
    private EventStore() {}

    /** One delivery for each destination of the owner that selects the event. */
    public static Future<Void> add(SqlConnection tx, List<StoredEvent> events) {
        if (events.isEmpty()) {
            return Future.succeededFuture();
        }
        return addToFeeds(tx, events).compose(added -> addDeliveries(tx, events));
    }

    /** {@link FeedDispatcher} publishes them. */
    private static Future<Void> addToFeeds(SqlConnection tx, List<StoredEvent> events) {
        return tx.preparedQuery("""
                        insert into feed_event (owner, type, data)
                        select u.owner, u.type, u.data::jsonb
                        from unnest($1::text[], $2::text[], $3::text[]) as u (owner, type, data)""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(events, StoredEvent::owner))
                        .addValue(Pg.texts(events, StoredEvent::type))
                        .addValue(Pg.texts(events, event -> event.data().encode())))
                .mapEmpty();
    }

    private static Future<Void> addDeliveries(SqlConnection tx, List<StoredEvent> events) {
        return tx.preparedQuery("""
                        select e.number, d.id as destination_id
                        from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                            as e (number, owner, type, function_id, tags, source)
                        left join function f on f.id = e.function_id
                        join destination d on d.owner = e.owner and e.type = any(d.events)
                            and d.id is distinct from e.source
                            and (e.function_id is null or d.functions = '{}' or e.function_id = any(d.functions)
                                or f.name = any(d.functions))
                            and (e.tags is null or d.tags = '{}' or e.tags::jsonb @> d.tags)""")
                .execute(Tuple.tuple()
                        .addValue(IntStream.range(0, events.size()).boxed().toArray(Integer[]::new))
                        .addValue(Pg.texts(events, StoredEvent::owner))
                        .addValue(Pg.texts(events, StoredEvent::type))
                        .addValue(Pg.texts(
                                events,
                                event -> event.about() == null
                                        ? null
                                        : event.about().functionId()))
                        .addValue(Pg.texts(
                                events,
                                event -> event.about() == null
                                        ? null
                                        : new JsonObject(Map.<String, Object>copyOf(
                                                        event.about().tags()))
                                                .encode()))
                        .addValue(Pg.texts(events, StoredEvent::source)))
                .compose(rows -> {
                    var found = rows.stream().toList();
                    return found.isEmpty() ? Future.succeededFuture() : insert(tx, events, found);
                });
    }

    private static Future<Void> insert(SqlConnection tx, List<StoredEvent> events, List<Row> found) {
        var now = Instant.now();
        var ids = events.stream().map(event -> Ids.event(Ids.activation(now))).toList();
        Function<Row, StoredEvent> event = row -> events.get(row.getInteger("number"));
        return tx.preparedQuery("""
                        insert into delivery (id, event_id, destination_id, owner, type, data, state, due_at)
                        select u.id, u.event_id, u.destination_id, u.owner, u.type, u.data::jsonb, 'pending', now()
                        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                            as u (id, event_id, destination_id, owner, type, data)""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(found, row -> Ids.delivery(now)))
                        .addValue(Pg.texts(found, row -> ids.get(row.getInteger("number"))))
                        .addValue(Pg.texts(found, row -> row.getString("destination_id")))
                        .addValue(Pg.texts(found, row -> event.apply(row).owner()))
                        .addValue(Pg.texts(found, row -> event.apply(row).type()))
                        .addValue(Pg.texts(found, row -> event.apply(row).data().encode())))
                .mapEmpty();
    }
}
