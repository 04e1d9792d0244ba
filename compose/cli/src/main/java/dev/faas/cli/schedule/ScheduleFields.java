package dev.faas.cli.schedule;

import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.FieldType;
import dev.faas.cli.definition.Fields;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a schedule and their flags. This table is the only place that relates the two. */
final class ScheduleFields {
    static final String FUNCTION = "function";
    static final String CRON = "cron";
    static final String AT = "at";
    static final String ZONE = "zone";
    static final String DST = "dst";
    private static final String PAUSED = "paused";
    private static final String NOTE = "note";
    static final String REMAINING = "remainingActions";

    static final Fields TABLE = new Fields(
            "schedule",
            List.of(
                    Field.of(Field.NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
                    Field.of(
                            FUNCTION,
                            "--function",
                            FieldType.TEXT,
                            null,
                            "FUNCTION",
                            "The function that it calls; report@3 is always its third revision."),
                    Field.of(
                            CRON,
                            "--cron",
                            FieldType.TEXT,
                            null,
                            "PATTERN",
                            "When: minute, hour, day of month, month, day of week (a sixth field in front is the second), @daily and the like, or '@every 90s'."),
                    Field.of(AT, "--at", FieldType.TIME, null, "TIME", "When, instead of --cron: once, at this time."),
                    Field.of(ZONE, "--zone", FieldType.TEXT, "UTC", "ZONE", "The time zone, such as Europe/Berlin."),
                    Field.of(
                            DST,
                            "--dst",
                            FieldType.TEXT,
                            "once",
                            "POLICY",
                            "Of a time that the clock skips: once runs at the first time after it, skip does not run. One that comes twice runs the first time."),
                    Field.of(
                            "overlap",
                            "--overlap",
                            FieldType.TEXT,
                            "skip",
                            "POLICY",
                            "While an earlier activation has not ended:\nskip: nothing runs.\nbufferOne, bufferAll: one or up to 1000 times wait.\ncancelOther: the earlier one is cancelled first.\nallowAll: both run.\n"),
                    Field.of(
                            "catchupWindowSeconds",
                            "--catchup-window",
                            FieldType.SECONDS,
                            3_600,
                            "TIME",
                            "How late a time may still run."),
                    Field.of(
                            "jitterSeconds",
                            "--jitter",
                            FieldType.SECONDS,
                            0,
                            "TIME",
                            "Each time runs later by less than this."),
                    Field.of("startAt", "--start-at", FieldType.TIME, null, "TIME", "No time before this one."),
                    Field.of("endAt", "--end-at", FieldType.TIME, null, "TIME", "No time from this one on."),
                    Field.of(
                            REMAINING,
                            "--remaining",
                            FieldType.WHOLE,
                            null,
                            "NUMBER",
                            "It is completed after so many activations."),
                    Field.of(
                            "pauseOnFailure",
                            "--pause-on-failure",
                            FieldType.FLAG,
                            false,
                            "",
                            "Pause it when an activation fails, times out or expires."),
                    Field.of("argument", "--argument", FieldType.TEXT, "", "TEXT", "The argument of each activation."),
                    Field.of(
                            "timeoutSeconds",
                            "--timeout",
                            FieldType.SECONDS,
                            null,
                            "TIME",
                            "How long a run may take. Default: as the function says."),
                    Field.of("tags", "--tag", FieldType.MAP, Map.of(), "KEY=VALUE", "A tag. May be repeated."),
                    Field.of(PAUSED, "--paused", FieldType.FLAG, false, "", "Begin paused."),
                    Field.of(NOTE, "--note", FieldType.TEXT, "", "TEXT", "Such as why it is paused.")),
            List.of(Field.NAME, FUNCTION),
            List.of(
                    "id",
                    "owner",
                    "functionId",
                    "state",
                    "nextTime",
                    "createdAt",
                    "updatedAt",
                    "nextTimes",
                    "lastTicks"),
            Set.of(PAUSED, NOTE, REMAINING));

    private ScheduleFields() {}
}
