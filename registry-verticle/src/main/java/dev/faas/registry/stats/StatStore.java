package dev.faas.registry.stats;

import dev.faas.activation.Status;
import dev.faas.pg.Pg;
import dev.faas.wire.FunctionRef;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Reads and writes the table {@code activation_stat}. */
public final class StatStore {
    private static final String ADD = """
            insert into activation_stat as s (owner, function_id, step, at, submitted, succeeded, failed, timed_out, cancelled,
                expired, attempts, cpu_ms, reasons, waits, runs, queued_max, running_max, running_sum)
            select owner, function_id, step, at, submitted, succeeded, failed, timed_out, cancelled, expired, attempts, cpu_ms,
                reasons::jsonb, waits::int[], runs::int[], queued, running, running
            from unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[],
                $16::bigint[], $17::bigint[])
            as e (owner, function_id, step, at, submitted, succeeded, failed, timed_out, cancelled, expired, attempts, cpu_ms,
                reasons, waits, runs, queued, running)
            on conflict (owner, function_id, step, at) do update set
                submitted = s.submitted + excluded.submitted, succeeded = s.succeeded + excluded.succeeded,
                failed = s.failed + excluded.failed, timed_out = s.timed_out + excluded.timed_out,
                cancelled = s.cancelled + excluded.cancelled, expired = s.expired + excluded.expired,
                attempts = s.attempts + excluded.attempts, cpu_ms = s.cpu_ms + excluded.cpu_ms,
                reasons = case when excluded.reasons = '{}' then s.reasons else (
                    select jsonb_object_agg(reason, n) from (
                        select key as reason, sum(value::int) as n
                        from (select * from jsonb_each_text(s.reasons) union all select * from jsonb_each_text(excluded.reasons)) as each
                        group by key) as sums) end,
                waits = array(select coalesce(a, 0) + coalesce(b, 0) from unnest(s.waits, excluded.waits) as t (a, b)),
                runs = array(select coalesce(a, 0) + coalesce(b, 0) from unnest(s.runs, excluded.runs) as t (a, b)),
                queued_max = greatest(s.queued_max, excluded.queued_max),
                running_max = greatest(s.running_max, excluded.running_max),
                running_sum = s.running_sum + excluded.running_sum""";
    /** At a time, so that a round of removals holds no lock for long. */
    private static final int REMOVED_AT_ONCE = 10_000;

    private final Pg pg;

    public StatStore(Pg pg) {
        this.pg = pg;
    }

    /** In the transaction that writes what is counted. */
    public Future<Void> add(SqlConnection tx, StatCounts counts) {
        var rows = counts.rows();
        return rows.isEmpty()
                ? Future.succeededFuture()
                : tx.preparedQuery(ADD).execute(values(rows)).mapEmpty();
    }

    /** In a transaction of its own. */
    Future<Void> add(StatCounts counts) {
        return pg.inTransaction(tx -> add(tx, counts));
    }

    private static Tuple values(List<StatCounts.Row> rows) {
        return Tuple.tuple()
                .addArrayOfString(Pg.texts(rows, row -> row.key().owner()))
                .addArrayOfString(Pg.texts(rows, row -> row.key().function()))
                .addArrayOfInteger(rows.stream().map(row -> row.key().step()).toArray(Integer[]::new))
                .addArrayOfOffsetDateTime(Pg.times(rows, row -> row.key().at()))
                .addArrayOfLong(longs(rows, counts -> counts.submitted))
                .addArrayOfLong(ends(rows, Status.SUCCEEDED))
                .addArrayOfLong(ends(rows, Status.FAILED))
                .addArrayOfLong(ends(rows, Status.TIMED_OUT))
                .addArrayOfLong(ends(rows, Status.CANCELLED))
                .addArrayOfLong(ends(rows, Status.EXPIRED))
                .addArrayOfLong(longs(rows, counts -> counts.attempts))
                .addArrayOfLong(longs(rows, counts -> counts.cpuMs))
                .addArrayOfString(Pg.texts(rows, row -> new JsonObject(Map.copyOf(row.counts().reasons)).encode()))
                .addArrayOfString(Pg.texts(rows, row -> array(row.counts().waits)))
                .addArrayOfString(Pg.texts(rows, row -> array(row.counts().runs)))
                .addArrayOfLong(longs(rows, counts -> counts.queued))
                .addArrayOfLong(longs(rows, counts -> counts.running));
    }

    private static Long[] longs(List<StatCounts.Row> rows, ToLongFunction<StatCounts.Counts> value) {
        return rows.stream().map(row -> value.applyAsLong(row.counts())).toArray(Long[]::new);
    }

    private static Long[] ends(List<StatCounts.Row> rows, Status status) {
        return longs(rows, counts -> counts.ended.getOrDefault(status, 0L));
    }

    private static String array(Histogram histogram) {
        return Arrays.stream(histogram.counts()).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    /** Ids by what names them, an id too; those that are not there are missing. */
    Future<Map<String, String>> findFunctions(String owner, List<FunctionRef> named) {
        if (named.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        var targets = named.stream().map(FunctionRef::target).toArray(String[]::new);
        return pg.withPool(pool -> pool.preparedQuery("""
                        select t.target, f.id from unnest($2::text[]) as t (target) join function f
                        on f.owner = $1 and f.deleted_at is null and (f.name = t.target or f.id = t.target)""")
                .execute(Tuple.of(owner).addArrayOfString(targets))
                .map(StatStore::targets));
    }

    /** The same for functions with figures, those with the most first; a deleted one is named by its id. */
    Future<Map<String, String>> findBusiest(String owner, Range range, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select coalesce(f.name, s.function_id) as target, s.function_id as id
                        from activation_stat s left join function f on f.id = s.function_id and f.deleted_at is null
                        where s.owner = $1 and s.function_id <> '' and s.step = $2 and s.at >= $3 and s.at < $4
                        group by 1, 2 order by sum(s.submitted + s.attempts) desc, 1 limit $5""")
                .execute(Tuple.of(
                        owner, StatSteps.stored(range.step()), Pg.utc(range.from()), Pg.utc(range.to()), limit))
                .map(StatStore::targets));
    }

    private static Map<String, String> targets(RowSet<Row> rows) {
        var ids = new LinkedHashMap<String, String>();
        rows.forEach(row -> ids.put(row.getString("target"), row.getString("id")));
        return ids;
    }

    /** Of one owner (empty: of the platform), by function; "" are all of them. In the order of time. */
    Future<Map<String, List<StatPoint>>> find(String owner, Collection<String> functions, Range range) {
        return pg.withPool(pool -> pool.preparedQuery("select * from activation_stat where owner = $1"
                        + " and function_id = any($2) and step = $3 and at >= $4 and at < $5 order by at")
                .execute(Tuple.of(
                        owner,
                        functions.toArray(String[]::new),
                        StatSteps.stored(range.step()),
                        Pg.utc(range.from()),
                        Pg.utc(range.to())))
                .map(rows -> rows.stream()
                        .collect(Collectors.groupingBy(
                                row -> row.getString("function_id"),
                                Collectors.mapping(StatStore::point, Collectors.toList())))));
    }

    private static StatPoint point(Row row) {
        var ends = Arrays.stream(Status.values())
                .filter(Status::isTerminal)
                .collect(Collectors.toMap(Function.identity(), status -> row.getLong(status.text())));
        return new StatPoint(
                Pg.time(row, "at"),
                row.getLong("submitted"),
                ends,
                row.getLong("attempts"),
                row.getLong("cpu_ms"),
                row.getJsonObject("reasons"),
                Histogram.of(row.getArrayOfIntegers("waits")),
                Histogram.of(row.getArrayOfIntegers("runs")),
                row.getLong("queued_max"),
                row.getLong("running_max"),
                row.getLong("running_sum"));
    }

    /** Those of the platform keep what the user did. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.updateInParts(REMOVED_AT_ONCE, """
                delete from activation_stat where (owner, function_id, step, at) in (
                    select owner, function_id, step, at from activation_stat where owner = $1 limit $2)""", Tuple.of(owner, REMOVED_AT_ONCE));
    }

    /** Removes what is too old; true when more is. */
    Future<Boolean> prune(Instant now) {
        return pg.update(
                        """
                        delete from activation_stat where ctid = any (array(
                            select ctid from activation_stat
                            where step = $1 and at < $2 or step = $3 and at < $4 limit $5))""",
                        Tuple.of(
                                StatSteps.MINUTE,
                                Pg.utc(now.minus(StatSteps.MINUTES_KEPT)),
                                StatSteps.HOUR,
                                Pg.utc(now.minus(StatSteps.HOURS_KEPT)),
                                REMOVED_AT_ONCE))
                .map(removed -> removed == REMOVED_AT_ONCE);
    }
}
