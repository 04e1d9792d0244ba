package dev.faas.cli.output;

import dev.faas.cli.Failure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.regex.Pattern;

/** Reads and writes durations as people type them: {@code 90s}, {@code 15m}, {@code 2h}, {@code 7d}; a plain number is seconds. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h|d)?");

    /** Sums with a clock of nanoseconds do not overflow. */
    private static final long MAX_MS = Duration.ofDays(3_650).toMillis();

    private Durations() {}

    /** @param flag named in the error */
    public static Duration parse(String flag, String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw Failure.usage(
                    "%s: '%s' is not a duration".formatted(flag, text), "Write it like 30s, 15m, 2h or 7d.");
        }
        double unit = switch (form.group(2) == null ? "s" : form.group(2)) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 1_000;
        };
        long millis = Math.round(Double.parseDouble(form.group(1)) * unit);
        if (millis > MAX_MS) {
            throw Failure.usage("%s: '%s' is too long".formatted(flag, text), "At most 3650d.");
        }
        return Duration.ofMillis(millis);
    }

    public static boolean isDuration(String text) {
        return FORM.matcher(text).matches();
    }

    /** A duration before now, or a time: RFC 3339, or a date of this time zone. */
    public static Instant parseTime(String flag, String text) {
        if (isDuration(text)) {
            return Instant.now().minus(parse(flag, text));
        }
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Failure.usage(
                    "%s: '%s' is neither a time nor a duration".formatted(flag, text),
                    "Write it like 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.");
        }
    }

    public static String render(long millis) {
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 60_000) {
            return "%.1fs".formatted(millis / 1_000.0);
        }
        long seconds = millis / 1_000;
        if (seconds < 3_600) {
            return "%dm%02ds".formatted(seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return "%dh%02dm".formatted(seconds / 3_600, seconds / 60 % 60);
        }
        return "%dd%02dh".formatted(seconds / 86_400, seconds / 3_600 % 24);
    }

    /** How many units it is; a part of one is refused.
     *
     * @param flag named in the error
     * @param unit a day or an hour
     */
    public static long whole(String flag, String text, Duration unit) {
        var duration = parse(flag, text);
        if (duration.isZero() || duration.toMillis() % unit.toMillis() != 0) {
            boolean isDay = unit.toDays() > 0;
            throw Failure.usage(
                    "%s: '%s' is not a number of whole %s".formatted(flag, text, isDay ? "days" : "hours"),
                    "Write it like " + (isDay ? "30d." : "72h or 3d."));
        }
        return duration.dividedBy(unit);
    }

    public static String until(Instant time, Instant now) {
        long seconds = Duration.between(now, time).toSeconds();
        return seconds <= 0 ? "over" : "in " + rounded(seconds, 2 * 86_400);
    }

    public static String ago(Instant time, Instant now) {
        return rounded(Math.max(0, Duration.between(time, now).toSeconds()), 86_400) + " ago";
    }

    /** @param inDays from so many seconds on */
    private static String rounded(long seconds, long inDays) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m";
        }
        return seconds < inDays ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }
}
