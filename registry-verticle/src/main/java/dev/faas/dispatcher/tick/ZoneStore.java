package dev.faas.dispatcher.tick;

import dev.faas.cron.CronTime;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Optional;

/** Reads and writes the table {@code zone_data}, and the next times of schedules. */
final class ZoneStore {
    private final Pg pg;

    ZoneStore(Pg pg) {
        this.pg = pg;
    }

    /** By which the next times were computed last; empty when that is not known. */
    Future<Optional<String>> findRelease() {
        return pg.withPool(pool -> pool.query("select release from zone_data")
                .execute()
                .map(rows -> rows.stream().findFirst().map(row -> row.getString("release"))));
    }

    Future<Void> setRelease(String release) {
        return pg.update(
                        "insert into zone_data (release) values ($1)"
                                + " on conflict (single) do update set release = excluded.release",
                        Tuple.of(release))
                .mapEmpty();
    }

    /** @param last empty: there is no further one */
    record Page(Optional<String> last, int changed) {}

    /**
     * Computes next times that have not come yet by the zone data of this process.
     *
     * @param after id of the last schedule of the page before
     */
    Future<Page> recompute(String after, int limit) {
        return pg.inTransaction(tx -> tx.preparedQuery("select *, clock_timestamp() as now from schedule"
                        + " where id > $1 and next_at > now() order by id limit $2 for update")
                .execute(Tuple.of(after, limit))
                .compose(rows -> update(tx, rows)));
    }

    private static Future<Page> update(SqlConnection tx, RowSet<Row> rows) {
        var stored = rows.stream().toList();
        var values = ReadableRows.map(stored, row -> row.getString("id"), ZoneStore::changed).stream()
                .flatMap(Optional::stream)
                .toList();
        var page = new Page(
                stored.isEmpty()
                        ? Optional.empty()
                        : Optional.of(stored.getLast().getString("id")),
                values.size());
        return values.isEmpty()
                ? Future.succeededFuture(page)
                : tx.preparedQuery(
                                "update schedule set next_at = $2, due_at = $3, state = case when $2::timestamptz is null"
                                        + " then 'completed' else state end where id = $1")
                        .executeBatch(values)
                        .map(page);
    }

    /** Empty when the next time is the same. */
    private static Optional<Tuple> changed(Row row) {
        var schedule = TickStore.toSchedule(row);
        var next = schedule.times().next(Pg.time(row, "now")).map(CronTime::instant);
        return next.equals(Optional.ofNullable(schedule.next()))
                ? Optional.empty()
                : Optional.of(values(schedule, next));
    }

    private static Tuple values(DueSchedule schedule, Optional<Instant> next) {
        return Tuple.of(
                schedule.id(),
                next.map(Pg::utc).orElse(null),
                next.map(schedule.times()::due).map(Pg::utc).orElse(null));
    }
}
