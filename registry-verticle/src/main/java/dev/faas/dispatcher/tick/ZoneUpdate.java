package dev.faas.dispatcher.tick;

import dev.faas.cron.CronTime;
import dev.faas.cron.Recurrence;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.zone.ZoneRulesProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the next times of schedules anew when this process has other time zone data than the one that computed them. A time
 * that is due already stays: the dispatcher computes it anew when it decides. Repeated after a crash; several processes may
 * do it at once.
 */
final class ZoneUpdate {
    private static final Logger LOG = LoggerFactory.getLogger(ZoneUpdate.class);
    private static final int BATCH = 500;

    private final Pg pg;
    private final String release;

    ZoneUpdate(Pg pg) {
        this.pg = pg;
        // All zones of the JDK are of one release, such as 2026a.
        this.release = ZoneRulesProvider.getVersions(Recurrence.UTC).lastKey();
    }

    /** Blocks. */
    void run() throws Exception {
        var known = Blocking.await(pg.withPool(pool -> pool.query("select release from zone_data")
                .execute()
                .map(rows -> rows.stream().findFirst().map(row -> row.getString("release")))));
        if (known.equals(Optional.of(release))) {
            return;
        }
        int changed = 0;
        for (var page = Page.FIRST; !page.isLast(); changed += page.changed()) {
            page = recompute(page.lastId());
        }
        Blocking.await(pg.withPool(pool -> pool.preparedQuery("insert into zone_data (release) values ($1)"
                        + " on conflict (single) do update set release = excluded.release")
                .execute(Tuple.of(release))
                .<Void>mapEmpty()));
        LOG.info("next times computed by other zone data release={} before={} changed={}", release, known, changed);
    }

    /** @param lastId empty: there is no further one */
    private record Page(String lastId, boolean isLast, int changed) {
        static final Page FIRST = new Page("", false, 0);
    }

    private Page recompute(String after) throws Exception {
        return Blocking.await(pg.inTransaction(tx -> tx.preparedQuery("select *, clock_timestamp() as now from schedule"
                        + " where id > $1 and next_at > now() order by id limit $2 for update")
                .execute(Tuple.of(after, BATCH))
                .compose(rows -> update(tx, rows))));
    }

    private static Future<Page> update(SqlConnection tx, RowSet<Row> rows) {
        var values = new ArrayList<Tuple>();
        var lastId = "";
        for (var row : rows) {
            var schedule = TickStore.toSchedule(row);
            lastId = schedule.id();
            var next = schedule.times().next(TickStore.time(row, "now")).map(CronTime::instant);
            if (!next.equals(Optional.ofNullable(schedule.next()))) {
                values.add(values(schedule, next));
            }
        }
        var page = new Page(lastId, rows.size() < BATCH, values.size());
        return values.isEmpty()
                ? Future.succeededFuture(page)
                : tx.preparedQuery(
                                "update schedule set next_at = $2, due_at = $3, state = case when $2::timestamptz is null"
                                        + " then 'completed' else state end where id = $1")
                        .executeBatch(List.copyOf(values))
                        .map(page);
    }

    private static Tuple values(DueSchedule schedule, Optional<Instant> next) {
        return Tuple.of(
                schedule.id(),
                next.map(Pg::utc).orElse(null),
                next.map(schedule.times()::due).map(Pg::utc).orElse(null));
    }
}
