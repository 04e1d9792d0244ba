package dev.faas.registry.schedule;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.audit.AuditEntry;
import dev.faas.audit.Origin;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.schedule.Schedule.Progress;
import dev.faas.registry.schedule.ScheduleStore.Change;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickKind;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, changes and deletes schedules. One of another user does not exist. */
final class Schedules {
    private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);
    private static final String THING = "schedule";
    private static final int QUOTA_RETRY_SECONDS = 60;
    /** Of the times that a pause missed, or of a backfill. */
    private static final int MOST_COUNTED = 10_000;

    private final ScheduleStore store;
    private final QuotaSettings quotas;

    Schedules(ScheduleStore store, QuotaSettings quotas) {
        this.store = store;
        this.quotas = quotas;
    }

    /** Fails with 404 {@code function_not_found}, 409 {@code name_taken} or 429 {@code quota_exceeded}. */
    Future<Schedule> create(String owner, Definition definition, Origin origin) {
        return store.change(
                        owner,
                        change -> change.lockFunction(definition.function()).compose(function -> {
                            var schedule = create(change, owner, definition, function);
                            return insert(change, schedule)
                                    .compose(inserted -> requireRoom(change, true))
                                    .compose(room -> change.audit(entry(schedule, origin, "schedule.create")))
                                    .map(schedule);
                        }))
                .onSuccess(schedule -> log("schedule created", schedule));
    }

    private static Future<Void> insert(Change change, Schedule schedule) {
        return change.insert(schedule).map(inserted -> {
            if (!inserted) {
                throw Problem.nameTaken(THING, schedule.spec().name()).asException();
            }
            return null;
        });
    }

    private static Schedule create(Change change, String owner, Definition definition, FunctionTarget function) {
        var now = change.now().truncatedTo(ChronoUnit.MILLIS);
        var blank = new Schedule(
                Ids.schedule(now),
                owner,
                function,
                1,
                definition.spec(),
                new Progress(ScheduleState.ACTIVE, definition.note(), null, definition.remaining(), null),
                now.truncatedTo(ChronoUnit.SECONDS),
                now);
        var running = blank.running(definition.note(), now);
        requireTimeLeft(running);
        return definition.paused() ? blank.paused(definition.note(), now) : running;
    }

    private static void requireTimeLeft(Schedule schedule) {
        if (schedule.progress().state() == ScheduleState.COMPLETED) {
            var field = schedule.spec().when().at() != null ? "at" : "endAt";
            throw Problem.invalid(field, "leaves no time: all times of the schedule are over. Choose a later one")
                    .asException();
        }
    }

    /** @param isNew else it is one that has become active, or more frequent */
    private Future<Void> requireRoom(Change change, boolean isNew) {
        return change.use().map(use -> {
            var quota = quotas.of(use.overrides());
            long most = quota.of(Quota.Limit.SCHEDULES);
            long mostTicks = quota.of(Quota.Limit.SCHEDULE_TICKS_PER_HOUR);
            if (isNew && use.schedules() > most) {
                throw Problem.tooMany(most, "schedules").asException();
            }
            if (use.ticksPerHour() > mostTicks) {
                throw Problem.quotaExceeded(
                                "Your active schedules would have " + use.ticksPerHour()
                                        + " times an hour together, and may have " + mostTicks
                                        + ". Let this one or another one run less often, or pause one, then try again.",
                                QUOTA_RETRY_SECONDS)
                        .asException();
            }
            return null;
        });
    }

    Future<Schedule> get(String owner, String ref) {
        return store.find(owner, ref).map(found -> found.orElseThrow(() -> notFound(ref)));
    }

    /**
     * Stores another definition, unless it is the same.
     *
     * @param next makes it of the stored schedule
     */
    Future<Schedule> replace(
            String owner, String ref, Preconditions conditions, Function<Schedule, Definition> next, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions).compose(before -> {
                    var definition = next.apply(before);
                    return change.lockFunction(definition.function()).compose(function -> {
                        var after = replace(change, before, definition, function);
                        return after.equals(before)
                                ? Future.succeededFuture(before)
                                : store(change, before, after.changed(change.now()), origin, "schedule.update");
                    });
                }));
    }

    /** A next time that is still one of the schedule stays: it may be due already, or be due later by its jitter. */
    private static Schedule replace(Change change, Schedule before, Definition definition, FunctionTarget function) {
        var now = change.now();
        var spec = definition.spec();
        var progress = before.progress();
        var after = new Schedule(
                before.id(),
                before.owner(),
                function,
                before.version(),
                spec,
                new Progress(
                        progress.state(),
                        definition.note(),
                        progress.pausedAt(),
                        definition.remaining(),
                        progress.next()),
                before.createdAt(),
                before.updatedAt());
        if (definition.paused()) {
            return before.isPaused() ? after : after.paused(definition.note(), now);
        }
        // There is no next one while the last allowed action is pending: more may be allowed now.
        boolean keepsTimes = progress.state() == ScheduleState.ACTIVE
                && progress.next() != null
                && spec.when().equals(before.spec().when())
                && !Integer.valueOf(0).equals(definition.remaining());
        if (keepsTimes) {
            return after;
        }
        var running = after.running(definition.note(), now);
        if (!spec.when().equals(before.spec().when())) {
            requireTimeLeft(running);
        }
        return running;
    }

    /** One that does not run anyway keeps its state. */
    Future<Schedule> pause(String owner, String ref, Preconditions conditions, String note, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions)
                        .compose(before -> store(
                                change,
                                before,
                                before.progress().state() == ScheduleState.ACTIVE
                                        ? before.paused(note, change.now()).changed(change.now())
                                        : before.with(withNote(before.progress(), note))
                                                .changed(change.now()),
                                origin,
                                "schedule.pause")));
    }

    private static Progress withNote(Progress progress, String note) {
        return new Progress(progress.state(), note, progress.pausedAt(), progress.remaining(), progress.next());
    }

    /** One that is not paused stays as it is. */
    Future<Schedule> resume(String owner, String ref, Preconditions conditions, String note, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions)
                        .compose(before -> before.isPaused()
                                ? store(
                                        change,
                                        before,
                                        before.running(note, change.now()).changed(change.now()),
                                        origin,
                                        "schedule.resume")
                                : Future.succeededFuture(before)));
    }

    private Future<Schedule> store(Change change, Schedule before, Schedule after, Origin origin, String action) {
        var missed =
                before.isPaused() && !after.isPaused() ? missedByPause(before, change.now()) : Optional.<Tick>empty();
        return missed.map(change::insert)
                .orElse(Future.succeededFuture())
                .compose(inserted -> change.update(after))
                .compose(updated -> after.ticksPerHour() > before.ticksPerHour()
                        ? requireRoom(change, false)
                        : Future.succeededFuture())
                .compose(room -> change.audit(entry(after, origin, action)))
                .map(after)
                .onSuccess(stored -> log("schedule changed action=" + action, stored));
    }

    /** One row for the whole pause. */
    private static Optional<Tick> missedByPause(Schedule paused, Instant now) {
        var times = paused.times();
        @Nullable Instant first = null;
        @Nullable Instant last = null;
        int count = 0;
        var since = paused.progress().pausedAt();
        for (var time = times.next(since == null ? now : since);
                time.isPresent() && !time.get().instant().isAfter(now) && count < MOST_COUNTED;
                time = times.next(last)) {
            last = time.get().instant();
            first = first == null ? last : first;
            count++;
        }
        return first == null || last == null
                ? Optional.empty()
                : Optional.of(new Tick(
                        paused.id(),
                        first,
                        TickKind.SCHEDULE,
                        "",
                        new Tick.Result(TickOutcome.PAUSED, null, null),
                        null,
                        new Tick.Span(count, last)));
    }

    record Triggered(Schedule schedule, Tick tick) {}

    /**
     * Submits now, also while the schedule is paused.
     *
     * @param overlap while an activation of the schedule is alive
     * @param key repeats of a request have the same
     */
    Future<Triggered> trigger(String owner, String ref, Overlap overlap, Optional<IdempotencyKey> key, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, Preconditions.NONE).compose(schedule -> {
                    var now = change.now().truncatedTo(ChronoUnit.MILLIS);
                    var request = AskedRequest.of(schedule.id(), TickKind.MANUAL, key, overlap.text());
                    return change.findAsked(schedule.id(), request).compose(found -> {
                        if (found.isPresent()) {
                            return Future.succeededFuture(
                                    new Triggered(schedule, found.get().first()));
                        }
                        var tick = asked(schedule, request, now, overlap);
                        return change.insertAsked(List.of(tick), overlap)
                                .compose(inserted -> change.audit(asked(schedule, origin, "schedule.trigger", 1)))
                                .map(new Triggered(schedule, tick));
                    });
                }));
    }

    /**
     * Submits for the times after {@code from} up to {@code to}, and returns how many these are.
     *
     * @param to empty: now
     */
    Future<Integer> backfill(
            String owner,
            String ref,
            Instant from,
            Optional<Instant> to,
            Overlap overlap,
            Optional<IdempotencyKey> key,
            Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, Preconditions.NONE).compose(schedule -> {
                    var last = to.orElse(change.now());
                    if (last.isAfter(change.now())) {
                        throw Problem.invalid("to", "must not be in the future").asException();
                    }
                    var content = from + " " + to.map(Instant::toString).orElse("") + " " + overlap.text();
                    var request = AskedRequest.of(schedule.id(), TickKind.BACKFILL, key, content);
                    return change.findAsked(schedule.id(), request)
                            .compose(found -> found.isPresent()
                                    ? Future.succeededFuture(found.get().count())
                                    : backfill(
                                            change, schedule, firing(schedule, from, last), request, overlap, origin));
                }));
    }

    private static Future<Integer> backfill(
            Change change,
            Schedule schedule,
            List<Instant> times,
            AskedRequest request,
            Overlap overlap,
            Origin origin) {
        var ticks = times.stream()
                .map(nominal -> asked(schedule, request, nominal, overlap))
                .toList();
        return ticks.isEmpty()
                ? Future.succeededFuture(0)
                : requireFewAsked(change)
                        .compose(few -> change.insertAsked(ticks, overlap))
                        .compose(inserted -> change.audit(asked(schedule, origin, "schedule.backfill", inserted))
                                .map(inserted));
    }

    private static AuditEntry asked(Schedule schedule, Origin origin, String action, int ticks) {
        return AuditEntry.done(
                        origin,
                        action,
                        schedule.id(),
                        new JsonObject().put("name", schedule.spec().name()).put("ticks", ticks))
                .inProject(schedule.owner());
    }

    private static Future<Void> requireFewAsked(Change change) {
        return change.hasMoreAsked(MOST_COUNTED).map(hasMore -> {
            if (hasMore) {
                throw Problem.quotaExceeded(
                                "More than " + MOST_COUNTED
                                        + " ticks of your backfills have not run yet. Wait until they"
                                        + " have, then try again.",
                                QUOTA_RETRY_SECONDS)
                        .asException();
            }
            return null;
        });
    }

    private static List<Instant> firing(Schedule schedule, Instant from, Instant to) {
        var times = schedule.times();
        var firing = new ArrayList<Instant>();
        for (var time = times.next(from);
                time.isPresent() && !time.get().instant().isAfter(to); ) {
            if (time.get().fires()) {
                firing.add(time.get().instant());
            }
            if (firing.size() > MOST_COUNTED) {
                throw Problem.invalid(
                                "from",
                                "there are more than " + MOST_COUNTED
                                        + " times up to 'to': choose a later one, and backfill the rest in another call")
                        .asException();
            }
            time = times.next(time.get().instant());
        }
        return firing;
    }

    private static Tick asked(Schedule schedule, AskedRequest request, Instant nominal, Overlap overlap) {
        var result = overlap == Overlap.ALLOW_ALL
                ? new Tick.Result(TickOutcome.CLAIMED, null, Ids.activation(Instant.now()))
                : new Tick.Result(TickOutcome.BUFFERED, null, null);
        return new Tick(schedule.id(), nominal, request.kind(), request.run(), result, null, null);
    }

    Future<Void> delete(String owner, String ref, Preconditions conditions, Origin origin) {
        return store.change(
                owner,
                change -> lock(change, ref, conditions)
                        .compose(schedule -> change.delete(schedule)
                                .compose(deleted -> change.audit(entry(schedule, origin, "schedule.delete")))
                                .onSuccess(deleted -> log("schedule deleted", schedule))));
    }

    private static Future<Schedule> lock(Change change, String ref, Preconditions conditions) {
        return change.lock(ref).map(found -> {
            var schedule = found.orElseThrow(() -> notFound(ref));
            conditions.check(THING, schedule.version());
            return schedule;
        });
    }

    /** Without the argument, which may be secret. */
    private static AuditEntry entry(Schedule schedule, Origin origin, String action) {
        var when = schedule.spec().when();
        return AuditEntry.done(
                        origin,
                        action,
                        schedule.id(),
                        new JsonObject()
                                .put("name", schedule.spec().name())
                                .put("function", schedule.function().text())
                                .put("cron", when.cron())
                                .put("at", when.at() == null ? null : when.at().toString())
                                .put("zone", when.zone())
                                .put("state", schedule.progress().state().text()))
                .inProject(schedule.owner());
    }

    private static void log(String event, Schedule schedule) {
        LOG.info(
                "{} schedule={} name={} owner={}",
                event,
                schedule.id(),
                schedule.spec().name(),
                schedule.owner());
    }

    static RuntimeException notFound(String ref) {
        return Problem.of(404, "schedule_not_found", "Schedule not found", "You have no schedule '" + ref + "'.")
                .asException();
    }
}
