package dev.faas.dispatcher;

import dev.faas.activation.ActivationCommand;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the table {@code delayed}, whose rows the projector writes. The clock of Postgres decides what is due. */
final class DelayedStore {
    /** A skip scan: owners take turns, beginning after the one that was served last. */
    private static final String CLAIM = """
            with recursive owners as (
                (select owner from delayed where owner > $1 order by owner limit 1)
                union all
                select (select d.owner from delayed d where d.owner > o.owner order by d.owner limit 1)
                from owners o where o.owner is not null)
            select due.* from owners o cross join lateral (
                select d.id, d.owner, d.function_id from delayed d
                where d.owner = o.owner and d.not_before <= now()
                order by d.not_before limit $2 for update skip locked) due
            limit $3""";

    private static final int LARGEST_COUNTS = 1_000;

    private final Pg pg;

    DelayedStore(Pg pg) {
        this.pg = pg;
    }

    /** Until the first one is due; zero when one is overdue. */
    Future<Optional<Duration>> untilFirst() {
        return pg.withPool(pool -> pool.query(
                        "select ceil(extract(epoch from min(not_before) - now()) * 1000)::bigint as millis from delayed")
                .execute()
                .map(rows -> Optional.ofNullable(rows.iterator().next().getLong("millis"))
                        .map(millis -> Duration.ofMillis(Math.max(0, millis)))));
    }

    /**
     * Claims activations that are due and that no other dispatcher has claimed, hands their commands on, and removes their
     * rows when that has succeeded. A crash in between leaves the rows.
     *
     * @param after the last owner who had a turn
     * @return what was claimed
     */
    Future<List<ActivationCommand>> takeDue(
            String after, int perOwner, int limit, Function<List<ActivationCommand>, Future<Void>> put) {
        return pg.inTransaction(tx -> tx.preparedQuery(CLAIM)
                .execute(Tuple.of(after, perOwner, limit))
                .map((RowSet<Row> rows) -> rows.stream()
                        .map(row -> new ActivationCommand(
                                row.getString("id"), row.getString("owner"), row.getString("function_id")))
                        .toList())
                .compose(due -> due.isEmpty()
                        ? Future.succeededFuture(due)
                        : put.apply(due)
                                .compose(done -> tx.preparedQuery("delete from delayed where id = any($1)")
                                        .execute(Tuple.of(due.stream()
                                                .map(ActivationCommand::id)
                                                .toArray(String[]::new))))
                                .map(due)));
    }

    /** @param byOwner of those who have most */
    record Counts(long total, Map<String, Long> byOwner) {}

    Future<Counts> count() {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select owner, count(*) as waiting, (sum(count(*)) over ())::bigint as total"
                                + " from delayed group by owner order by waiting desc limit $1")
                .execute(Tuple.of(LARGEST_COUNTS))
                .map(rows -> {
                    var byOwner = new HashMap<String, Long>();
                    long total = 0;
                    for (var row : rows) {
                        byOwner.put(row.getString("owner"), row.getLong("waiting"));
                        total = row.getLong("total");
                    }
                    return new Counts(total, byOwner);
                }));
    }
}
