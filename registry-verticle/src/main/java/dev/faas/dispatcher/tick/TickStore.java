package dev.faas.dispatcher.tick;

import dev.faas.dispatcher.event.EventStore;
import dev.faas.dispatcher.event.StoredEvent;
import dev.faas.dispatcher.tick.DueSchedule.Target;
import dev.faas.pg.Pg;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Stores what is decided about schedules that are due, or have buffered ticks. The clock of Postgres decides what is due. */
final class TickStore {
    /**
     * A skip scan: owners take turns, beginning after the one that was served last. Rows are compared, as only the index by owner
     * can: the planner expects nothing to be due, and would read all that is due for each owner.
     */
    static final String CLAIM_DUE = """
            with recursive owners as (
                (select owner from schedule where due_at is not null and owner > $1 order by owner limit 1)
                union all
                select (select s.owner from schedule s where s.due_at is not null and s.owner > o.owner
                    order by s.owner limit 1)
                from owners o where o.owner is not null)
            select due.* from owners o cross join lateral (
                select * from schedule s where s.due_at is not null
                    and (s.owner, s.due_at) >= (o.owner, '-infinity') and (s.owner, s.due_at) <= (o.owner, now())
                order by s.owner, s.due_at limit $2 for update skip locked) due
            limit $3""";

    private static final String KEY = "(t.schedule_id, t.nominal, t.kind, t.run)";
    static final String SETTLED =
            "from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
                    + " $8::timestamptz[]) as u (schedule_id, nominal, kind, run, outcome, reason, activation_id, lease)"
                    + " where " + KEY + " = (u.schedule_id, u.nominal, u.kind, u.run)";

    /** Of one schedule in one turn: more than it may buffer. What is not read comes later. */
    private static final int MOST_READ = 1_100;

    private static final String DEADLOCK = "40P01";

    private final Pg pg;

    TickStore(Pg pg) {
        this.pg = pg;
    }

    /** Until the first one is due, or a claimed one is to be taken up again; zero when one is overdue. */
    Future<Optional<Duration>> untilFirst() {
        return pg.withPool(pool -> pool.query("""
                        select ceil(extract(epoch from least((select min(due_at) from schedule where due_at is not null),
                            (select min(leased_until) from tick where leased_until is not null))
                            - clock_timestamp()) * 1000)::bigint as millis""")
                .execute()
                .map(rows -> Optional.ofNullable(rows.iterator().next().getLong("millis"))
                        .map(millis -> Duration.ofMillis(Math.max(0, millis)))));
    }

    Future<Long> countDue() {
        return pg.withPool(pool -> pool.query("select count(*) from schedule where due_at <= now()")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    /** Makes decisions about schedules whose rows are locked. */
    @FunctionalInterface
    interface Decide {
        /**
         * @param alive ticks that are pending, or whose activations have not ended as far as is known, by schedule
         * @param now of Postgres
         */
        Future<Decided> decide(List<DueSchedule> schedules, Map<String, List<TickRow>> alive, Instant now);
    }

    /** @param ended activations that have ended, as it turned out */
    record Decided(Budget.Spent spent, Collection<String> ended) {
        List<Decision> decisions() {
            return spent.decisions();
        }
    }

    /** Of a schedule. */
    record ScheduleKey(String scheduleId, String owner) {
        private static ScheduleKey of(Row row) {
            return new ScheduleKey(row.getString("id"), row.getString("owner"));
        }
    }

    /**
     * A turn.
     *
     * @param isCut more were claimed than the budget was for
     * @param last schedule that had its turn; empty when none had
     * @param claimed ticks to submit, by this process until their lease ends
     */
    record Turn(
            int schedules,
            boolean isCut,
            Optional<ScheduleKey> last,
            List<TickRow> claimed,
            List<Decision> decisions) {}

    /**
     * Claims schedules that are due and that no other dispatcher has claimed, and stores what is decided about them.
     *
     * @param after the last owner who had a turn
     */
    Future<Turn> decideDue(String after, int perOwner, int limit, Decide decide) {
        return repeatable(pg.inTransaction(tx -> tx.preparedQuery(CLAIM_DUE)
                .execute(Tuple.of(after, perOwner, limit))
                .compose(rows -> decide(tx, rows, decide))));
    }

    /**
     * The same for schedules with ticks that users asked for, or with buffered ticks of which nothing else is alive, or with
     * all that have buffered ticks. Of a paused one only what users asked for counts. Owners take turns, unless it is all.
     *
     * @param after id of the last schedule of the turn before
     */
    Future<Turn> decideBuffered(boolean all, String after, int limit, Decide decide) {
        return repeatable(pg.inTransaction(tx ->
                tx.preparedQuery("""
                        select s.* from schedule s join (
                            select id from schedule join (
                                select schedule_id, bool_or(kind <> 'schedule') as asked from tick b
                                where b.outcome = 'buffered' and ($1 or b.overlap is not null or not exists (
                                    select from tick t where t.schedule_id = b.schedule_id and t.alive
                                    and t.outcome <> 'buffered'))
                                group by schedule_id) b on b.schedule_id = id
                            where id > $3 and (state <> 'paused' or b.asked)
                            order by case when $1 then 0 else 1 end * row_number() over (partition by owner order by id), id
                            limit $2) b on b.id = s.id
                        order by s.id limit $2 for update of s skip locked""").execute(Tuple.of(all, limit, after)).compose(rows -> decide(tx, rows, decide))));
    }

    /** Fails with {@link ConcurrentChangeException} also when Postgres has ended it because two waited for each other. */
    private static <T> Future<T> repeatable(Future<T> transaction) {
        return transaction.recover(failure -> Future.failedFuture(
                failure instanceof PgException refusal && DEADLOCK.equals(refusal.getSqlState())
                        ? new ConcurrentChangeException("deadlock with another transaction")
                        : failure));
    }

    private static Future<Turn> decide(SqlConnection tx, RowSet<Row> rows, Decide decide) {
        var keys = rows.stream().map(ScheduleKey::of).toList();
        if (keys.isEmpty()) {
            return Future.succeededFuture(new Turn(0, false, Optional.empty(), List.of(), List.of()));
        }
        var schedules = ReadableRows.map(
                rows.stream().toList(), row -> ScheduleKey.of(row).scheduleId(), TickStore::toSchedule);
        return alive(tx, schedules)
                .compose(found -> tx.query("select clock_timestamp() as now")
                        .execute()
                        .compose(clock -> {
                            var alive = new HashMap<String, List<TickRow>>();
                            var readable = ReadableRows.map(schedules, DueSchedule::id, schedule -> {
                                alive.put(
                                        schedule.id(),
                                        found.getOrDefault(schedule.id(), List.of()).stream()
                                                .map(TickStore::toTick)
                                                .toList());
                                return schedule;
                            });
                            return decide.decide(
                                    readable, alive, Pg.time(clock.iterator().next(), "now"));
                        }))
                .compose(decided -> {
                    var left = decided.spent().left();
                    var served = keys.stream()
                            .filter(key -> !left.contains(key.scheduleId()))
                            .toList();
                    return store(tx, decided)
                            .compose(claimed -> putOff(tx, undecided(served, decided.decisions()))
                                    .map(new Turn(
                                            keys.size(),
                                            !left.isEmpty(),
                                            Optional.of(served.getLast()),
                                            claimed,
                                            decided.decisions())));
                });
    }

    /** Returns the claimed ticks. */
    private static Future<List<TickRow>> store(SqlConnection tx, Decided decided) {
        var changed = decided.decisions().stream()
                .flatMap(each -> each.changed().stream())
                .toList();
        return insert(tx, decided.decisions())
                .compose(inserted -> settle(tx, changed)
                        .compose(released -> markEnded(tx, decided.ended())
                                .compose(marked -> update(tx, decided.decisions()))
                                .map(done -> {
                                    var claimed = new ArrayList<>(inserted);
                                    claimed.addAll(released);
                                    return claimed;
                                })));
    }

    private static String[] undecided(List<ScheduleKey> keys, List<Decision> decisions) {
        var decided = decisions.stream().map(each -> each.schedule().id()).collect(Collectors.toSet());
        return keys.stream()
                .map(ScheduleKey::scheduleId)
                .filter(id -> !decided.contains(id))
                .toArray(String[]::new);
    }

    /** What this version cannot read: another one may. */
    private static Future<Void> putOff(SqlConnection tx, String[] schedules) {
        return schedules.length == 0
                ? Future.succeededFuture()
                : tx.preparedQuery("update schedule set due_at = now() + interval '1 minute'"
                                + " where id = any($1) and due_at <= now()")
                        .execute(Tuple.of((Object) schedules))
                        .mapEmpty();
    }

    /**
     * Of a schedule that lets all run, only what counts against its remaining actions: there may be many. But all when a user
     * asked for one that may have to wait for them.
     */
    private static Future<Map<String, List<Row>>> alive(SqlConnection tx, List<DueSchedule> schedules) {
        var exclusive = schedules.stream()
                .filter(schedule -> schedule.overlap() != Overlap.ALLOW_ALL)
                .map(DueSchedule::id)
                .toArray(String[]::new);
        var pendingOnly = schedules.stream()
                .filter(schedule -> schedule.overlap() == Overlap.ALLOW_ALL)
                .map(DueSchedule::id)
                .toArray(String[]::new);
        return tx.preparedQuery("""
                        select t.* from unnest($1::text[] || $2::text[]) as s (id) cross join lateral (
                            (select * from tick a where a.schedule_id = s.id and a.alive and a.outcome <> 'buffered'
                                and (s.id = any($1) or a.outcome <> 'fired' or exists (
                                    select from tick b where b.schedule_id = s.id and b.outcome = 'buffered'
                                    and b.kind <> 'schedule'))
                                order by a.kind <> 'schedule', a.nominal limit $3)
                            union all
                            (select * from tick b where b.schedule_id = s.id and b.outcome = 'buffered'
                                order by b.kind <> 'schedule', b.nominal limit $3)) t
                        order by t.nominal""")
                .execute(Tuple.of(exclusive, pendingOnly, MOST_READ))
                .map(rows -> rows.stream().collect(Collectors.groupingBy(row -> row.getString("schedule_id"))));
    }

    /** A time that was decided before stays as it is: its key is refused. Returns the claimed ones. */
    private static Future<List<TickRow>> insert(SqlConnection tx, List<Decision> decisions) {
        var added = decisions.stream().flatMap(each -> each.added().stream()).toList();
        if (added.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return tx.preparedQuery("""
                        insert into tick (schedule_id, nominal, kind, run, owner, outcome, reason, activation_id, due_at,
                            times, until, alive, leased_until)
                        select u.*, u.outcome in ('claimed', 'buffered'),
                            case when u.outcome = 'claimed' then now() + interval '30 seconds' end
                        from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
                            $7::text[], $8::text[], $9::timestamptz[], $10::int[], $11::timestamptz[])
                            as u (schedule_id, nominal, kind, run, owner, outcome, reason, activation_id, due_at, times,
                                until)
                        on conflict do nothing returning *""")
                .execute(Tuple.tuple()
                        .addValue(Pg.texts(added, tick -> tick.key().scheduleId()))
                        .addValue(Pg.times(added, tick -> tick.key().nominal()))
                        .addValue(Pg.texts(added, tick -> tick.key().kind().text()))
                        .addValue(Pg.texts(added, tick -> tick.key().run()))
                        .addValue(Pg.texts(added, TickRow::owner))
                        .addValue(Pg.texts(added, tick -> tick.outcome().text()))
                        .addValue(Pg.texts(added, TickRow::reason))
                        .addValue(Pg.texts(added, TickRow::activationId))
                        .addValue(Pg.times(added, TickRow::due))
                        .addValue(added.stream()
                                .map(tick ->
                                        tick.span() == null ? 1 : tick.span().times())
                                .toArray(Integer[]::new))
                        .addValue(Pg.times(
                                added,
                                tick -> tick.span() == null ? null : tick.span().until())))
                .compose(rows -> EventStore.add(tx, missed(decisions, rows)).map(claimed(rows)));
    }

    /** One event a schedule, of all that it has missed. */
    private static List<StoredEvent> missed(List<Decision> decisions, RowSet<Row> inserted) {
        var bySchedule = inserted.stream()
                .filter(row -> row.getString("outcome").equals(TickOutcome.MISSED.text()))
                .collect(Collectors.groupingBy(row -> row.getString("schedule_id")));
        return decisions.stream()
                .map(Decision::schedule)
                .filter(schedule -> bySchedule.containsKey(schedule.id()))
                .map(schedule -> missed(schedule, bySchedule.get(schedule.id())))
                .toList();
    }

    private static StoredEvent missed(DueSchedule schedule, List<Row> rows) {
        return ScheduleEvents.missed(
                schedule,
                rows.getFirst().getString("reason"),
                rows.stream().mapToInt(row -> row.getInteger("times")).sum(),
                rows.stream()
                        .map(row -> Pg.time(row, "nominal"))
                        .min(Comparator.naturalOrder())
                        .orElseThrow(),
                rows.stream()
                        .map(row -> Optional.ofNullable(Pg.optionalTime(row, "until"))
                                .orElseGet(() -> Pg.time(row, "nominal")))
                        .max(Comparator.naturalOrder())
                        .orElseThrow());
    }

    /**
     * Under the schedules' locks. Returns the claimed ones, whose window counts from now. Fails when one has been taken up since it was read: then something
     * else is to be decided.
     */
    private static Future<List<TickRow>> settle(SqlConnection tx, List<TickRow> changed) {
        return changed.isEmpty()
                ? Future.succeededFuture(List.of())
                : tx.preparedQuery("""
                                update tick t set outcome = u.outcome, reason = u.reason, activation_id = u.activation_id,
                                    overlap = null, alive = u.outcome in ('claimed', 'buffered', 'waiting'),
                                    due_at = case when u.outcome = 'claimed' then now() else t.due_at end,
                                    leased_until = case when u.outcome = 'claimed' then now() + interval '30 seconds' end
                                """ + SETTLED + " and t.leased_until is not distinct from u.lease returning t.*")
                        .execute(settled(changed))
                        .compose(rows -> rows.size() == changed.size()
                                ? Future.succeededFuture(claimed(rows))
                                : Future.failedFuture(
                                        new ConcurrentChangeException("a tick was taken up while it was decided")));
    }

    private static List<TickRow> claimed(RowSet<Row> rows) {
        return rows.stream()
                .map(TickStore::toTick)
                .filter(tick -> tick.outcome() == TickOutcome.CLAIMED)
                .toList();
    }

    private static Future<Void> markEnded(SqlConnection tx, Collection<String> activations) {
        return activations.isEmpty()
                ? Future.succeededFuture()
                : tx.preparedQuery("update tick set alive = false where activation_id = any($1) and outcome = 'fired'")
                        .execute(Tuple.of(activations.toArray(String[]::new)))
                        .mapEmpty();
    }

    private static Future<Void> update(SqlConnection tx, List<Decision> decisions) {
        return tx.preparedQuery("""
                        update schedule s set next_at = u.next_at, due_at = u.due_at, state = u.state
                        from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[])
                            as u (id, next_at, due_at, state)
                        where s.id = u.id""")
                .execute(Tuple.of(
                        Pg.texts(decisions, each -> each.schedule().id()),
                        Pg.times(decisions, Decision::next),
                        Pg.times(decisions, Decision::due),
                        Pg.texts(decisions, each -> each.state().text())))
                .mapEmpty();
    }

    static Tuple settled(List<TickRow> ticks) {
        return Tuple.tuple()
                .addValue(Pg.texts(ticks, tick -> tick.key().scheduleId()))
                .addValue(Pg.times(ticks, tick -> tick.key().nominal()))
                .addValue(Pg.texts(ticks, tick -> tick.key().kind().text()))
                .addValue(Pg.texts(ticks, tick -> tick.key().run()))
                .addValue(Pg.texts(ticks, tick -> tick.outcome().text()))
                .addValue(Pg.texts(ticks, TickRow::reason))
                .addValue(Pg.texts(ticks, TickRow::activationId))
                .addValue(Pg.times(ticks, TickRow::lease));
    }

    static DueSchedule toSchedule(Row row) {
        return new DueSchedule(
                row.getString("id"),
                row.getString("owner"),
                new Target(row.getString("function_id"), row.getInteger("pinned")),
                Codec.decode(row.getBuffer("spec").getBytes(), ScheduleSpec.class),
                ScheduleState.of(row.getString("state")).orElseThrow(),
                row.getInteger("remaining"),
                Pg.time(row, "created_at"),
                Pg.optionalTime(row, "next_at"));
    }

    static TickRow toTick(Row row) {
        return new TickRow(
                new TickRow.Key(
                        row.getString("schedule_id"),
                        Pg.time(row, "nominal"),
                        TickKind.of(row.getString("kind")),
                        row.getString("run")),
                row.getString("owner"),
                TickOutcome.of(row.getString("outcome")).orElseThrow(),
                row.getString("reason"),
                row.getString("activation_id"),
                Pg.time(row, "due_at"),
                Pg.optionalTime(row, "leased_until"),
                null,
                Optional.ofNullable(row.getString("overlap"))
                        .map(Overlap.BY_NAME::get)
                        .orElse(null));
    }
}
