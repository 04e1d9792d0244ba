package dev.faas.registry.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.cron.CronTime;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.ScheduleTimes;
import dev.faas.schedule.TickKind;
import dev.faas.wire.ApiTime;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renders schedules and their ticks for the API. */
final class ScheduleView {
    private static final int NEXT_TIMES = 10;

    private ScheduleView() {}

    static ObjectNode of(Schedule schedule) {
        var spec = schedule.spec();
        var when = spec.when();
        var rules = spec.rules();
        var progress = schedule.progress();
        var body = object().put("id", schedule.id())
                .put("owner", schedule.owner())
                .put("name", spec.name())
                .put("function", schedule.function().text())
                .put("functionId", schedule.function().id())
                .put("cron", when.cron())
                .put("at", text(when.at()))
                .put("zone", when.zone())
                .put("dst", when.dst().name().toLowerCase(Locale.ROOT))
                .put("overlap", rules.overlap().text())
                .put("catchupWindowSeconds", rules.catchupWindowSeconds())
                .put("jitterSeconds", rules.jitterSeconds())
                .put("startAt", text(when.startAt()))
                .put("endAt", text(when.endAt()))
                .put("remainingActions", progress.remaining())
                .put("pauseOnFailure", rules.pauseOnFailure())
                .put("argument", spec.submit().argument())
                .put("timeoutSeconds", spec.submit().timeoutSeconds());
        var tags = body.putObject("tags");
        spec.submit().tags().forEach(tags::put);
        return body.put("paused", schedule.isPaused())
                .put("note", progress.note())
                .put("state", progress.state().text())
                .put("nextTime", text(progress.next()))
                .put("createdAt", text(schedule.createdAt()))
                .put("updatedAt", text(schedule.updatedAt()));
    }

    /** @param now of Postgres */
    static ObjectNode withTimes(Schedule schedule, List<Tick> lastTicks, Instant now) {
        var body = of(schedule);
        var next = body.putArray("nextTimes");
        var times = schedule.times();
        if (schedule.progress().state() == ScheduleState.ACTIVE) {
            for (var time = times.next(now); time.isPresent() && next.size() < NEXT_TIMES; ) {
                next.add(text(time.get().instant()));
                time = times.next(time.get().instant());
            }
        }
        var ticks = body.putArray("lastTicks");
        lastTicks.forEach(tick -> ticks.add(of(tick, times)));
        return body;
    }

    static ObjectNode of(Tick tick, ScheduleTimes times) {
        var time = tick.kind() == TickKind.MANUAL ? Optional.<CronTime>empty() : times.at(tick.nominal());
        var result = tick.result();
        var body = object().put("tickId", id(tick.scheduleId(), tick.nominal()))
                .put("kind", tick.kind().text())
                .put("nominalTime", text(tick.nominal()))
                .put("localTime", localTime(tick.nominal(), time, times))
                .put("outcome", result.outcome().text())
                .put("activationId", result.activationId())
                .put("lateMs", tick.lateMs())
                .put("reason", result.reason());
        var span = tick.span();
        if (span != null) {
            body.put("count", span.times()).put("from", text(tick.nominal())).put("until", text(span.until()));
        }
        return body.put("explain", explain(result, time.flatMap(CronTime::explanation)));
    }

    /** Explains a time that has no tick. */
    static ObjectNode of(Schedule schedule, Instant time, Instant now) {
        var times = schedule.times();
        var found = times.at(time);
        var body = object().put("tickId", id(schedule.id(), time))
                .putNull("kind")
                .put("nominalTime", text(time))
                .put("localTime", localTime(time, found, times))
                .putNull("outcome")
                .putNull("activationId")
                .putNull("lateMs")
                .putNull("reason");
        return body.put("explain", explainMissing(schedule, time, found, now));
    }

    private static String explainMissing(Schedule schedule, Instant time, Optional<CronTime> found, Instant now) {
        if (found.isEmpty()) {
            var next = schedule.times().next(time);
            return "This is not a time of the schedule"
                    + next.map(it -> "; the next one after it is " + text(it.instant()) + ".")
                            .orElse(", and none comes after it.");
        }
        var dst = found.get().explanation().map(text -> " " + text).orElse("");
        if (time.isAfter(now)) {
            return (schedule.progress().state() == ScheduleState.ACTIVE
                            ? "It is not due yet."
                            : "The schedule is " + schedule.progress().state().text() + ": it will not run.")
                    + dst;
        }
        return "Nothing is recorded: the schedule was made or changed later, was not active, or the record is older than"
                + " 30 days." + dst;
    }

    /** A time that a pattern has, for a preview. */
    static ObjectNode of(CronTime time) {
        return object().put("nominalTime", text(time.instant()))
                .put("localTime", localTime(time))
                .put("fires", time.fires())
                .put("explain", time.explanation().orElse(null));
    }

    static String id(String scheduleId, Instant nominal) {
        return scheduleId + "@" + ApiTime.format(nominal);
    }

    private static String localTime(Instant nominal, Optional<CronTime> time, ScheduleTimes times) {
        return time.map(ScheduleView::localTime)
                .orElseGet(() -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(nominal.atZone(times.zone())));
    }

    /** A wall time that does not exist has no offset. */
    private static String localTime(CronTime time) {
        return time.fires()
                ? DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.local())
                : DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time.skipped().getFirst());
    }

    private static @Nullable String explain(Tick.Result result, Optional<String> dst) {
        var outcome = switch (result.outcome()) {
            case CLAIMED -> "Its submit is on its way.";
            case WAITING -> "The submit was refused for now; it is repeated until the catch-up window is over.";
            case BUFFERED -> "It fires when the earlier activation of the schedule has ended.";
            case SKIPPED_OVERLAP -> "An earlier activation of the schedule had not ended.";
            case MISSED -> missed(Objects.requireNonNullElse(result.reason(), "late"));
            case PAUSED -> "The schedule was paused.";
            case REFUSED ->
                "function_deleted".equals(result.reason())
                        ? "The function, or its revision, was deleted."
                        : "The submit was refused for good.";
            case FIRED, DST_GAP -> "";
        };
        var text = (outcome + dst.map(it -> " " + it).orElse("")).strip();
        return text.isEmpty() ? null : text;
    }

    private static String missed(String reason) {
        return reason.equals("late")
                ? "It was found later than the catch-up window allows."
                : "All submits within the catch-up window were refused: " + reason + ".";
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : ApiTime.format(time);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
