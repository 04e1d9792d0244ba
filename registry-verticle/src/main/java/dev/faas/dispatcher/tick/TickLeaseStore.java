package dev.faas.dispatcher.tick;

import dev.faas.cron.CronTime;
import dev.faas.dispatcher.event.EventStore;
import dev.faas.pg.FunctionRevisionStore;
import dev.faas.pg.Pg;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes up ticks by their leases, and settles them. */
final class TickLeaseStore {
    /** Reason of a tick that was missed since its owner's account is disabled. */
    static final String SUSPENDED = "suspended";

    /** How long a claim of a tick lasts; then another dispatcher takes it up. */
    static final Duration LEASE = Duration.ofSeconds(30);

    /** As {@link TickStore#CLAIM_DUE}. */
    private static final String TAKE_LEASED = """
            with recursive owners as (
                (select owner from tick where outcome in ('claimed', 'waiting', 'buffered') and leased_until is not null
                    and owner > $1 order by owner limit 1)
                union all
                select (select t.owner from tick t where t.outcome in ('claimed', 'waiting', 'buffered')
                    and t.leased_until is not null and t.owner > o.owner order by t.owner limit 1)
                from owners o where o.owner is not null),
            taken as (
                select due.* from owners o cross join lateral (
                    select schedule_id, nominal, kind, run from tick t where t.outcome in ('claimed', 'waiting', 'buffered')
                        and (t.owner, t.leased_until) >= (o.owner, '-infinity')
                        and (t.owner, t.leased_until) <= (o.owner, now())
                    order by t.owner, t.leased_until limit $2 for update skip locked) due
                limit $3)
            update tick t set outcome = 'claimed', leased_until = now() + interval '30 seconds' from taken u
            where (t.schedule_id, t.nominal, t.kind, t.run) = (u.schedule_id, u.nominal, u.kind, u.run)
            returning t.*""";

    private final Pg pg;

    TickLeaseStore(Pg pg) {
        this.pg = pg;
    }

    /** A tick to submit. Its schedule, or its function, may be deleted. */
    record Submittable(
            TickRow tick, Optional<DueSchedule> schedule, Optional<FunctionRevision> function, Instant now) {}

    /**
     * Takes up claimed ticks whose holder has died, and waiting ones whose time has come. Owners take turns.
     *
     * @param after the last owner who had a turn
     */
    Future<List<TickRow>> takeLeased(String after, int perOwner, int limit) {
        return pg.withPool(pool -> pool.preparedQuery(TAKE_LEASED)
                .execute(Tuple.of(after, perOwner, limit))
                .map(rows -> ReadableRows.map(
                        rows.stream().toList(), row -> row.getString("schedule_id"), TickStore::toTick)));
    }

    /** Without those that cannot be read: their leases end. */
    Future<List<Submittable>> load(List<TickRow> ticks) {
        var ids = ticks.stream().map(tick -> tick.key().scheduleId()).distinct().toArray(String[]::new);
        return pg.withPool(pool -> pool.preparedQuery("""
                        select s.*, r.body, f.pauses, clock_timestamp() as now from schedule s
                        left join function f on f.id = s.function_id and f.deleted_at is null
                        left join function_revision r on r.function_id = f.id
                            and r.revision = coalesce(s.pinned, f.revision)
                        where s.id = any($1)""")
                .execute(Tuple.of((Object) ids))
                .map(rows -> {
                    var byId = new HashMap<String, Row>();
                    rows.forEach(row -> byId.put(row.getString("id"), row));
                    return ReadableRows.map(
                            ticks,
                            tick -> tick.key().scheduleId(),
                            tick -> submittable(
                                    tick,
                                    Optional.ofNullable(byId.get(tick.key().scheduleId()))));
                }));
    }

    private static Submittable submittable(TickRow tick, Optional<Row> row) {
        return new Submittable(
                tick,
                row.map(TickStore::toSchedule),
                row.filter(it -> it.getBuffer("body") != null).map(FunctionRevisionStore::of),
                row.map(it -> Pg.time(it, "now")).orElseGet(Instant::now));
    }

    /** Also when another dispatcher has taken a tick up meanwhile: this is its activation. */
    Future<Void> markFired(List<TickRow> ticks) {
        return ticks.isEmpty()
                ? Future.succeededFuture()
                : pg.inTransaction(tx -> lockCounted(
                                tx, Pg.texts(ticks, tick -> tick.key().scheduleId()))
                        .compose(locked -> tx.preparedQuery("""
                        update tick t set outcome = 'fired', reason = null, leased_until = null,
                            late_ms = greatest(0, ceil(extract(epoch from clock_timestamp() - t.due_at) * 1000)::bigint)
                        """ + TickStore.SETTLED
                                        + " and t.activation_id = u.activation_id and t.outcome <> 'fired'"
                                        + " returning t.schedule_id, t.kind")
                                .execute(TickStore.settled(ticks)))
                        .compose(rows -> countDown(
                                tx,
                                rows.stream()
                                        .filter(row -> row.getString("kind").equals(TickKind.SCHEDULE.text()))
                                        .map(row -> row.getString("schedule_id"))
                                        .toArray(String[]::new))));
    }

    /** Those that a settled tick may change. As everywhere schedules come before ticks, by id. */
    private static Future<Void> lockCounted(SqlConnection tx, String[] schedules) {
        return tx.preparedQuery(
                        "select from schedule where id = any($1) and remaining is not null order by id for update")
                .execute(Tuple.of((Object) schedules))
                .mapEmpty();
    }

    private static Future<Void> countDown(SqlConnection tx, String[] schedules) {
        return tx.preparedQuery("""
                        update schedule s set remaining = greatest(0, s.remaining - u.fired),
                            state = case when s.remaining <= u.fired and s.state = 'active' then 'completed' else s.state end,
                            next_at = case when s.remaining <= u.fired then null else s.next_at end,
                            due_at = case when s.remaining <= u.fired then null else s.due_at end
                        from (select id, count(*)::int as fired from unnest($1::text[]) as id group by id) u
                        where s.id = u.id and s.remaining is not null""").execute(Tuple.of((Object) schedules)).mapEmpty();
    }

    /**
     * Gives up a claim: the tick is repeated at a time, or settled. Nothing when another dispatcher has taken it up meanwhile.
     *
     * @param tick with its new outcome and activation id
     * @param lease of the claim
     * @param retryAt of a waiting one
     */
    Future<Void> giveUp(TickRow tick, Instant lease, @Nullable Instant retryAt) {
        return pg.inTransaction(tx -> (retryAt == null
                        ? lockCounted(tx, new String[] {tick.key().scheduleId()})
                        : Future.<Void>succeededFuture())
                .compose(locked -> tx.preparedQuery("""
                        update tick set outcome = $5, reason = $6, activation_id = $7,
                            alive = alive and $8::timestamptz is not null, leased_until = $8
                        where schedule_id = $1 and nominal = $2 and kind = $3 and run = $4 and leased_until = $9""")
                        .execute(Tuple.tuple()
                                .addValue(tick.key().scheduleId())
                                .addValue(Pg.utc(tick.key().nominal()))
                                .addValue(tick.key().kind().text())
                                .addValue(tick.key().run())
                                .addValue(tick.outcome().text())
                                .addValue(tick.reason())
                                .addValue(tick.activationId())
                                .addValue(Pg.optionalUtc(retryAt))
                                .addValue(Pg.utc(lease))))
                .compose(updated -> updated.rowCount() == 1 && retryAt == null
                        ? giveBack(tx, tick.key().scheduleId()).compose(done -> noteMissed(tx, tick))
                        : Future.succeededFuture()));
    }

    private static Future<Void> noteMissed(SqlConnection tx, TickRow tick) {
        // Nobody is told about what a disabled account misses.
        return tick.outcome() != TickOutcome.MISSED || SUSPENDED.equals(tick.reason())
                ? Future.succeededFuture()
                : tx.preparedQuery("select * from schedule where id = $1")
                        .execute(Tuple.of(tick.key().scheduleId()))
                        .compose(rows -> {
                            var at = tick.key().nominal();
                            return EventStore.add(
                                    tx,
                                    ReadableRows.map(
                                                    rows.stream().toList(),
                                                    row -> row.getString("id"),
                                                    TickStore::toSchedule)
                                            .stream()
                                            .map(schedule -> ScheduleEvents.missed(schedule, tick.reason(), 1, at, at))
                                            .toList());
                        });
    }

    /** A tick that has not fired leaves its action to a later time. */
    private static Future<Void> giveBack(SqlConnection tx, String scheduleId) {
        return tx.preparedQuery("""
                        select *, clock_timestamp() as now from schedule
                        where id = $1 and remaining > 0 and next_at is null and state = 'active' for update""").execute(Tuple.of(scheduleId)).compose(rows -> {
            var values = ReadableRows.map(rows.stream().toList(), row -> scheduleId, TickLeaseStore::toNextTime);
            return values.isEmpty()
                    ? Future.succeededFuture()
                    : tx.preparedQuery("update schedule set next_at = $2, due_at = $3, state = $4 where id = $1")
                            .execute(values.getFirst())
                            .mapEmpty();
        });
    }

    private static Tuple toNextTime(Row row) {
        var schedule = TickStore.toSchedule(row);
        var times = schedule.times();
        var next = times.next(Pg.time(row, "now")).map(CronTime::instant).orElse(null);
        return Tuple.of(
                schedule.id(),
                Pg.optionalUtc(next),
                next == null ? null : Pg.utc(times.due(next)),
                (next == null ? ScheduleState.COMPLETED : ScheduleState.ACTIVE).text());
    }
}
