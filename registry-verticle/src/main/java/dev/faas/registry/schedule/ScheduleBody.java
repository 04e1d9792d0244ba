package dev.faas.registry.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmissionFields;
import dev.faas.cron.CronException;
import dev.faas.cron.DstPolicy;
import dev.faas.cron.Recurrence;
import dev.faas.http.JsonFields;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleSpec;
import dev.faas.schedule.ScheduleSpec.Rules;
import dev.faas.schedule.ScheduleSpec.Submit;
import dev.faas.schedule.ScheduleSpec.When;
import dev.faas.wire.FunctionRef;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a schedule from a request body: checks each field and fills in the defaults. Reports all invalid fields at once. */
final class ScheduleBody {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final String NAME_RULE =
            "be 1 to 63 of a-z, 0-9 and '-', begin with a letter, and not end with a '-'";
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final String FUNCTION_RULE = "be a function's name or id, with or without a revision";
    private static final String TIME_RULE = "be a time in RFC 3339, such as 2026-11-24T10:00:00Z";
    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("2200-01-01T00:00:00Z");
    private static final int MAX_NOTE = 1_000;
    private static final int MIN_WINDOW_SECONDS = 10;
    private static final int DEFAULT_WINDOW_SECONDS = 3_600;
    private static final int MAX_WINDOW_SECONDS = 7 * 86_400;
    private static final int MAX_JITTER_SECONDS = 3_600;
    static final String REMAINING = "remainingActions";
    private static final int MAX_REMAINING = 1_000_000_000;
    /** Empty: it is told that it is not supported. */
    private static final Map<String, Optional<DstPolicy>> DST = Map.of(
            "once", Optional.of(DstPolicy.ONCE), "skip", Optional.of(DstPolicy.SKIP), "literal", Optional.empty());

    private static final String[] SERVER_FIELDS = {
        "id", "owner", "functionId", "state", "nextTime", "createdAt", "updatedAt", "nextTimes", "lastTicks"
    };

    private ScheduleBody() {}

    /** @param changed an absent number of remaining actions stays: it goes down by itself; empty: a new one */
    static Definition read(ObjectNode body, Optional<Schedule> changed) {
        var fixedName = changed.map(schedule -> schedule.spec().name());
        var fields = JsonFields.of(body);
        fields.ignore(SERVER_FIELDS);
        var name = name(fields, fixedName);
        var function = fields.optionalText("function", ANY, FUNCTION_RULE).flatMap(FunctionRef::parse);
        if (function.isEmpty()) {
            fields.addError("function", fields.has("function") ? "must " + FUNCTION_RULE : "is required");
        }
        var remaining = remaining(fields, body, changed);
        var paused = fields.flag("paused", false);
        var note = note(fields);
        var when = when(fields);
        var rules = rules(fields);
        var submit = submit(fields);
        fields.requireValid();
        return new Definition(
                new ScheduleSpec(name, when.orElseThrow(), rules, submit),
                function.orElseThrow(),
                paused,
                note,
                remaining);
    }

    private static @Nullable Integer remaining(JsonFields fields, ObjectNode body, Optional<Schedule> changed) {
        var given = fields.optionalInteger(REMAINING, changed.isPresent() ? 0 : 1, MAX_REMAINING);
        if (given.isPresent()) {
            return given.getAsInt();
        }
        return body.has(REMAINING)
                ? null
                : changed.map(schedule -> schedule.progress().remaining()).orElse(null);
    }

    static String note(JsonFields fields) {
        return fields.optionalText("note", MAX_NOTE).orElse("");
    }

    private static String name(JsonFields fields, Optional<String> fixedName) {
        var name = fields.text("name", NAME, NAME_RULE);
        if (!name.isEmpty() && fixedName.filter(fixed -> !fixed.equals(name)).isPresent()) {
            fields.addError("name", "cannot be changed: it stays '" + fixedName.get() + "'");
        }
        return name;
    }

    /** Empty when it is invalid. */
    private static Optional<When> when(JsonFields fields) {
        var cron = fields.optionalText("cron", ANY, "be a text");
        var at = time(fields, "at");
        var zone = zone(fields);
        var dst = dst(fields);
        var startAt = time(fields, "startAt");
        var endAt = time(fields, "endAt");
        if (fields.has("cron") == fields.has("at")) {
            fields.addError("cron", "send either cron, a pattern such as '30 2 * * *', or at, one time");
        }
        if (startAt.isPresent() && endAt.isPresent() && !startAt.get().isBefore(endAt.get())) {
            fields.addError("endAt", "must be later than startAt");
        }
        cron.ifPresent(pattern -> checkCron(fields, pattern));
        return cron.isPresent() == at.isPresent()
                ? Optional.empty()
                : Optional.of(new When(
                        cron.orElse(null), at.orElse(null), zone, dst, startAt.orElse(null), endAt.orElse(null)));
    }

    private static void checkCron(JsonFields fields, String pattern) {
        try {
            Recurrence.parse(pattern, ZoneOffset.UTC, DstPolicy.ONCE, Instant.EPOCH);
        } catch (CronException e) {
            fields.addError("cron", e.getMessage());
        }
    }

    static String zone(JsonFields fields) {
        var zone = fields.optionalText("zone", ANY, "be a text").orElse(Recurrence.UTC);
        try {
            Recurrence.zone(zone);
            return zone;
        } catch (CronException e) {
            fields.addError("zone", e.getMessage());
            return Recurrence.UTC;
        }
    }

    static DstPolicy dst(JsonFields fields) {
        return fields.choice("dst", DST, Optional.of(DstPolicy.ONCE)).orElseGet(() -> {
            fields.addError("dst", "the policy literal is not available yet: write once or skip");
            return DstPolicy.ONCE;
        });
    }

    private static Rules rules(JsonFields fields) {
        return new Rules(
                overlap(fields, Overlap.SKIP),
                fields.integer("catchupWindowSeconds", DEFAULT_WINDOW_SECONDS, MIN_WINDOW_SECONDS, MAX_WINDOW_SECONDS),
                fields.integer("jitterSeconds", 0, 0, MAX_JITTER_SECONDS),
                fields.flag("pauseOnFailure", false));
    }

    static Overlap overlap(JsonFields fields, Overlap fallback) {
        var text = fields.optionalText("overlap", ANY, "be a text");
        if (text.isPresent() && text.get().equals("terminateOther")) {
            fields.addError("overlap", "is cancelOther here: a cancel ends in SIGKILL after the grace period");
            return fallback;
        }
        return fields.choice("overlap", Overlap.BY_NAME, fallback);
    }

    private static Submit submit(JsonFields fields) {
        var argument = fields.has("argument") ? SubmissionFields.argument(fields) : "";
        var timeout = SubmissionFields.timeoutSeconds(fields);
        var tags = SubmissionFields.tags(fields);
        fields.ignore("argument");
        requireSubmittable(argument, timeout, tags);
        return new Submit(argument, timeout.isPresent() ? timeout.getAsInt() : null, tags);
    }

    /** Fails with {@code argument_too_large} as a submit would. */
    private static void requireSubmittable(String argument, OptionalInt timeout, Map<String, String> tags) {
        var unused = new Submission(argument, timeout, tags);
    }

    /** Of API resolution, between 1970 and 2200. */
    static Optional<Instant> time(JsonFields fields, String name) {
        return fields.optionalText(name, ANY, TIME_RULE).flatMap(text -> {
            var time = parse(text);
            if (time.isEmpty()) {
                fields.addError(name, "must " + TIME_RULE);
            }
            return time;
        });
    }

    static Optional<Instant> parse(@Nullable String text) {
        try {
            return Optional.ofNullable(text)
                    .map(it -> OffsetDateTime.parse(it).toInstant().truncatedTo(ChronoUnit.MILLIS))
                    .filter(time -> !time.isBefore(FIRST) && time.isBefore(LAST));
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }
}
