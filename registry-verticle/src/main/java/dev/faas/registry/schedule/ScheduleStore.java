package dev.faas.registry.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.acceptance.IdempotencyKeys;
import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.pg.Pg;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.FunctionTargetStore;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.schedule.Schedule.Progress;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads and writes the tables {@code schedule} and {@code tick}. The dispatcher decides and settles the ticks. */
public final class ScheduleStore {
    /** A deleted function is purged some time later. */
    private static final String SELECT = """
            select s.*, coalesce(f.name, s.function_id) as function_name from schedule s
            left join function f on f.id = s.function_id where\s""";

    static final String FIND_TICK = """
            select * from (
                (select * from tick where schedule_id = $1 and nominal = $2 order by kind desc, run desc limit 1)
                union all
                (select * from (select * from tick where schedule_id = $1 and nominal < $2 and until is not null
                    order by nominal desc limit 1) span where until >= $2)) found
            order by nominal desc limit 1""";

    private static final int DELETED_AT_ONCE = 10_000;

    private final Pg pg;
    private final AuditStore audit;

    public ScheduleStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /** In one transaction that no other change of this owner's schedules overlaps. A failure rolls back. */
    <T> Future<T> change(String owner, Function<Change, Future<T>> work) {
        return pg.inTransaction(
                tx -> QuotaStore.lock(tx, owner).compose(now -> work.apply(new Change(tx, owner, now))));
    }

    /**
     * Of an owner.
     *
     * @param ticksPerHour of all active ones
     * @param overrides of the default quota
     */
    record Use(long schedules, long ticksPerHour, JsonNode overrides) {}

    /** Ticks of one request. */
    record Asked(Tick first, int count) {}

    /** A transaction. */
    final class Change {
        private final SqlConnection tx;
        private final String owner;
        private final Instant now;

        private Change(SqlConnection tx, String owner, Instant now) {
            this.tx = tx;
            this.owner = owner;
            this.now = now;
        }

        /** Of Postgres: its clock decides what is due. */
        Instant now() {
            return now;
        }

        Future<FunctionTarget> lockFunction(FunctionRef ref) {
            return FunctionTargetStore.lock(tx, owner, ref);
        }

        /** With what this transaction has written. */
        Future<Use> use() {
            return tx.preparedQuery("""
                            select count(*) as schedules,
                                coalesce(sum(ticks_per_hour) filter (where state = 'active'), 0) as ticks,
                                (select limits::text from quota where owner = $1) as limits
                            from schedule where owner = $1""").execute(Tuple.of(owner)).map(rows -> {
                var row = rows.iterator().next();
                return new Use(
                        row.getLong("schedules"), row.getLong("ticks"), QuotaStore.overrides(row.getString("limits")));
            });
        }

        /** False when the owner has a schedule of this name. */
        Future<Boolean> insert(Schedule schedule) {
            return tx.preparedQuery("""
                            insert into schedule (id, owner, name, function_id, pinned, version, spec, state, note,
                                paused_at, remaining, created_at, updated_at, next_at, due_at, ticks_per_hour)
                            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                            on conflict (owner, name) do nothing""").execute(values(schedule)).map(inserted -> inserted.rowCount() == 1);
        }

        /** Locks it, so that the dispatcher decides nothing meanwhile. */
        Future<Optional<Schedule>> lock(String ref) {
            return tx.preparedQuery(SELECT + condition(ref) + " for update of s")
                    .execute(Tuple.of(owner, ref))
                    .map(ScheduleStore::first);
        }

        Future<Void> update(Schedule schedule) {
            return tx.preparedQuery("""
                            update schedule set owner = $2, name = $3, function_id = $4, pinned = $5, version = $6, spec = $7,
                                state = $8, note = $9, paused_at = $10, remaining = $11, created_at = $12,
                                updated_at = $13, next_at = $14, due_at = $15, ticks_per_hour = $16
                            where id = $1""").execute(values(schedule)).mapEmpty();
        }

        /** What has not fired yet will not, unless it may have been submitted: the dispatcher finds out. */
        Future<Void> delete(Schedule schedule) {
            return tx.preparedQuery("delete from schedule where id = $1")
                    .execute(Tuple.of(schedule.id()))
                    .compose(deleted -> tx.preparedQuery("""
                                    update tick set outcome = 'refused', reason = 'schedule_deleted', alive = false,
                                        activation_id = null, leased_until = null
                                    where schedule_id = $1 and alive and outcome in ('waiting', 'buffered')
                                        and reason is distinct from 'outcome_unknown'""").execute(Tuple.of(schedule.id())))
                    .mapEmpty();
        }

        /** Nothing when the time was decided already. */
        Future<Void> insert(Tick tick) {
            var span = tick.span();
            return tx.preparedQuery("""
                            insert into tick (schedule_id, nominal, kind, run, owner, outcome, reason, due_at, times, until)
                            values ($1, $2, $3, $4, $5, $6, $7, $2, $8, $9) on conflict do nothing""")
                    .execute(Tuple.of(
                            tick.scheduleId(),
                            Pg.utc(tick.nominal()),
                            tick.kind().text(),
                            tick.run(),
                            owner,
                            tick.result().outcome().text(),
                            tick.result().reason(),
                            span == null ? 1 : span.times(),
                            span == null ? null : Pg.utc(span.until())))
                    .mapEmpty();
        }

        /**
         * Ticks that a user asks for: any dispatcher takes them up at once. Returns how many are new.
         *
         * @param overlap the dispatcher submits claimed ones whatever is alive, and decides about buffered ones
         */
        Future<Integer> insertAsked(List<Tick> ticks, Overlap overlap) {
            boolean waits = overlap != Overlap.ALLOW_ALL;
            return tx.preparedQuery("""
                            insert into tick (schedule_id, nominal, kind, run, owner, outcome, activation_id, due_at,
                                leased_until, alive, overlap)
                            select $1, u.nominal, $2, $3, $4, $7, u.activation_id, now(),
                                case when $8::text is null then now() end, true, $8
                            from unnest($5::timestamptz[], $6::text[]) as u (nominal, activation_id)
                            on conflict do nothing""")
                    .execute(Tuple.tuple()
                            .addValue(ticks.getFirst().scheduleId())
                            .addValue(ticks.getFirst().kind().text())
                            .addValue(ticks.getFirst().run())
                            .addValue(owner)
                            .addValue(ticks.stream()
                                    .map(tick -> Pg.utc(tick.nominal()))
                                    .toArray(OffsetDateTime[]::new))
                            .addValue(ticks.stream()
                                    .map(tick -> tick.result().activationId())
                                    .toArray(String[]::new))
                            .addValue(ticks.getFirst().result().outcome().text())
                            .addValue(waits ? overlap.text() : null))
                    .map(RowSet::rowCount);
        }

        /** Of an earlier request with this key, within a day. Fails with 422 {@code idempotency_key_reused} when it was another one. */
        Future<Optional<Asked>> findAsked(String scheduleId, AskedRequest request) {
            if (request.keyed().isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            return tx.preparedQuery("""
                            select *, count(*) over () as found from tick where schedule_id = $1 and kind = $2
                            and run <> '' and run >= $3 and run < $3 || '~' and decided_at > now() - interval '1 day'
                            order by nominal limit 1""")
                    .execute(Tuple.of(scheduleId, request.kind().text(), request.keyed()))
                    .map(rows -> rows.stream().findFirst().map(row -> {
                        if (!request.isRepeatOf(row.getString("run"))) {
                            throw IdempotencyKeys.keyReused("schedule").asException();
                        }
                        return new Asked(toTick(row), row.getInteger("found"));
                    }));
        }

        /** Whether the owner has asked for more than so many ticks that are not settled yet. */
        Future<Boolean> hasMoreAsked(int most) {
            return tx.preparedQuery(
                            "select from tick where owner = $1 and outcome in ('claimed', 'waiting', 'buffered')"
                                    + " and kind <> 'schedule' limit $2")
                    .execute(Tuple.of(owner, most + 1))
                    .map(rows -> rows.size() > most);
        }

        Future<Void> audit(AuditEntry entry) {
            return audit.write(tx, entry);
        }
    }

    Future<Instant> now() {
        return pg.withPool(ScheduleStore::now);
    }

    private static Future<Instant> now(SqlClient client) {
        return client.query("select clock_timestamp() as now")
                .execute()
                .map(rows -> Pg.time(rows.iterator().next(), "now"));
    }

    Future<Optional<Schedule>> find(String owner, String ref) {
        return pg.withPool(pool -> pool.preparedQuery(SELECT + condition(ref))
                .execute(Tuple.of(owner, ref))
                .map(ScheduleStore::first));
    }

    /** By name. Null selects all. */
    Future<List<Schedule>> list(
            String owner, @Nullable FunctionRef function, @Nullable ScheduleState state, String after, int limit) {
        var condition = function == null ? "$4::text is null" : function.isId() ? "s.function_id = $4" : "f.name = $4";
        return pg.withPool(pool -> pool.preparedQuery(SELECT + "s.owner = $1 and s.name > $2 and " + condition
                        + " and ($5::text is null or s.state = $5) order by s.name limit $3")
                .execute(Tuple.of(
                        owner,
                        after,
                        limit,
                        function == null ? null : function.target(),
                        state == null ? null : state.text()))
                .map(rows -> rows.stream().map(ScheduleStore::toSchedule).toList()));
    }

    /**
     * Newest first.
     *
     * @param since inclusive; {@code until} is exclusive
     * @param after the last one of the page before
     */
    Future<List<Tick>> ticks(
            String scheduleId,
            @Nullable TickOutcome outcome,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable TickKey after,
            int limit) {
        return pg.withPool(pool -> pool.preparedQuery(listTicks(outcome != null))
                .execute(Tuple.tuple()
                        .addValue(scheduleId)
                        .addValue(outcome == null ? null : outcome.text())
                        .addValue(Pg.optionalUtc(since))
                        .addValue(Pg.optionalUtc(until))
                        .addValue(after == null ? null : Pg.utc(after.nominal()))
                        .addValue(after == null ? null : after.kind())
                        .addValue(after == null ? null : after.run())
                        .addValue(limit))
                .map(rows -> rows.stream().map(ScheduleStore::toTick).toList()));
    }

    /** A plan for all values would not use the index of outcomes. */
    static String listTicks(boolean hasOutcome) {
        return "select * from tick where schedule_id = $1 and " + (hasOutcome ? "outcome = $2" : "$2::text is null")
                + """
                 and ($3::timestamptz is null or nominal >= $3)
                and ($4::timestamptz is null or nominal < $4)
                and ($5::timestamptz is null or (nominal, kind, run) < ($5, $6, $7))
                order by nominal desc, kind desc, run desc limit $8""";
    }

    /** Where a list of ticks continues. */
    record TickKey(Instant nominal, String kind, String run) {}

    /** Of a time, or of the pause or outage that it falls into. */
    Future<Optional<Tick>> findTick(String scheduleId, Instant nominal) {
        return pg.withPool(pool -> pool.preparedQuery(FIND_TICK)
                .execute(Tuple.of(scheduleId, Pg.utc(nominal)))
                .map(rows -> rows.stream().map(ScheduleStore::toTick).findFirst()));
    }

    /** Of a deleted user. The ticks go in batches: there may be millions. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.update("delete from schedule where owner = $1", Tuple.of(owner))
                .compose(deleted -> pg.updateInParts(
                        DELETED_AT_ONCE,
                        "delete from tick where ctid = any(array(select ctid from tick where owner = $1 limit $2))",
                        Tuple.of(owner, DELETED_AT_ONCE)));
    }

    /** Removes some of what was decided before a time, and returns how many. */
    public Future<Integer> prune(Instant before, int limit) {
        return prune("not alive", before, limit);
    }

    /** The same, only of what was skipped. */
    public Future<Integer> pruneSkipped(Instant before, int limit) {
        return prune("outcome = 'skipped_overlap'", before, limit);
    }

    private Future<Integer> prune(String condition, Instant before, int limit) {
        return pg.update(
                "delete from tick where ctid = any(array("
                        + "select ctid from tick where decided_at < $1 and " + condition
                        + " order by decided_at limit $2))",
                Tuple.of(Pg.utc(before), limit));
    }

    private static Tuple values(Schedule schedule) {
        var progress = schedule.progress();
        var next = progress.next();
        return Tuple.tuple()
                .addValue(schedule.id())
                .addValue(schedule.owner())
                .addValue(schedule.spec().name())
                .addValue(schedule.function().id())
                .addValue(schedule.function().revision())
                .addValue(schedule.version())
                .addValue(Buffer.buffer(Codec.encode(schedule.spec())))
                .addValue(progress.state().text())
                .addValue(progress.note())
                .addValue(Pg.optionalUtc(progress.pausedAt()))
                .addValue(progress.remaining())
                .addValue(Pg.utc(schedule.createdAt()))
                .addValue(Pg.utc(schedule.updatedAt()))
                .addValue(Pg.optionalUtc(next))
                .addValue(next == null ? null : Pg.utc(schedule.times().due(next)))
                .addValue(schedule.ticksPerHour());
    }

    private static String condition(String ref) {
        return "s.owner = $1 and " + (Ids.isSchedule(ref) ? "s.id" : "s.name") + " = $2";
    }

    private static Optional<Schedule> first(RowSet<Row> rows) {
        return rows.stream().map(ScheduleStore::toSchedule).findFirst();
    }

    private static Schedule toSchedule(Row row) {
        return new Schedule(
                row.getString("id"),
                row.getString("owner"),
                FunctionTargetStore.read(row),
                row.getInteger("version"),
                Codec.decode(row.getBuffer("spec").getBytes(), ScheduleSpec.class),
                new Progress(
                        ScheduleState.of(row.getString("state")).orElseThrow(),
                        row.getString("note"),
                        Pg.optionalTime(row, "paused_at"),
                        row.getInteger("remaining"),
                        Pg.optionalTime(row, "next_at")),
                Pg.time(row, "created_at"),
                Pg.time(row, "updated_at"));
    }

    private static Tick toTick(Row row) {
        var until = Pg.optionalTime(row, "until");
        return new Tick(
                row.getString("schedule_id"),
                Pg.time(row, "nominal"),
                TickKind.of(row.getString("kind")),
                row.getString("run"),
                new Tick.Result(
                        TickOutcome.of(row.getString("outcome")).orElseThrow(),
                        row.getString("reason"),
                        row.getString("activation_id")),
                row.getLong("late_ms"),
                until == null ? null : new Tick.Span(row.getInteger("times"), until));
    }
}
