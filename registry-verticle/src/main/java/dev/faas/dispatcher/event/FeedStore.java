package dev.faas.dispatcher.event;

import dev.faas.feed.FeedPublisher.Event;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the table {@code feed_event}. */
final class FeedStore {
    private final Pg pg;

    FeedStore(Pg pg) {
        this.pg = pg;
    }

    Future<List<Event>> find(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("select * from feed_event order by number limit $1")
                .execute(Tuple.of(limit))
                .map((RowSet<Row> rows) -> rows.stream().map(FeedStore::toEvent).toList()));
    }

    private static Event toEvent(Row row) {
        return new Event(
                row.getString("owner"),
                Long.toString(row.getLong("number")),
                row.getString("type"),
                Pg.time(row, "at"),
                Codec.readTree(row.getJsonObject("data").encode().getBytes(StandardCharsets.UTF_8)));
    }

    Future<Void> remove(List<Event> published) {
        return pg.update(
                        "delete from feed_event where number = any($1)",
                        Tuple.tuple()
                                .addValue(published.stream()
                                        .map(event -> Long.valueOf(event.id()))
                                        .toArray(Long[]::new)))
                .mapEmpty();
    }
}
