package dev.faas.cron;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The times of a pattern in a zone, or of a period since an anchor ({@code @every}). Immutable. */
public final class Recurrence {
    public static final String UTC = "UTC";
    private static final Pattern PERIOD =
            Pattern.compile("[ \t]*@every[ \t]+(?<count>[0-9]{1,9})(?<unit>[smhd])[ \t]*");
    private static final Pattern EVERY = Pattern.compile("[ \t]*@every.*");
    private static final Duration MAX_PERIOD = Duration.ofDays(366);

    private final Times times;
    private final ZoneId zone;

    private Recurrence(Times times, ZoneId zone) {
        this.times = times;
        this.zone = zone;
    }

    /** The first time strictly after a whole second. */
    @FunctionalInterface
    private interface Times {
        CronTime after(Instant second);
    }

    /**
     * Fails with {@link CronException}.
     *
     * @param anchor first time of a period; others have none
     */
    public static Recurrence parse(String cron, ZoneId zone, DstPolicy dst, Instant anchor) {
        if (cron.length() <= CronPattern.MAX_LENGTH && EVERY.matcher(cron).matches()) {
            var period = period(cron);
            var start = anchor.truncatedTo(ChronoUnit.SECONDS);
            return new Recurrence(second -> every(period, start, second, zone), zone);
        }
        var pattern = CronPattern.parse(cron);
        return pattern.followsClock()
                ? new Recurrence(second -> asClockPasses(pattern, second, zone), zone)
                : new Recurrence(second -> fixed(pattern, dst, second, zone), zone);
    }

    /** An IANA name. Fails with {@link CronException}. */
    public static ZoneId zone(String name) {
        try {
            if (ZoneId.getAvailableZoneIds().contains(name) && !name.startsWith("SystemV/")) {
                return ZoneId.of(name);
            }
        } catch (DateTimeException e) {
            throw new CronException(
                    "'" + name + "' has no rules here. Use another name of the IANA time zone database.");
        }
        throw new CronException(
                "'" + name + "' is not a name of the IANA time zone database, such as 'Europe/Berlin' or" + " 'UTC'.");
    }

    private static Duration period(String cron) {
        var match = PERIOD.matcher(cron);
        if (match.matches()) {
            long count = Long.parseLong(match.group("count"));
            var period = switch (match.group("unit")) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (period.isPositive() && period.compareTo(MAX_PERIOD) <= 0) {
                return period;
            }
        }
        throw new CronException(
                "'" + cron.strip() + "' is not a period. Write '@every', a space, and a number with s, m,"
                        + " h or d, from '1s' to '366d', such as '@every 90s'.");
    }

    /** The first time after an instant. */
    public CronTime next(Instant after) {
        return times.after(after.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Says whether an instant is a time of this recurrence, and if so which. */
    public Optional<CronTime> at(Instant instant) {
        var next = next(instant.minusNanos(1));
        return next.instant().equals(instant) ? Optional.of(next) : Optional.empty();
    }

    public ZoneId zone() {
        return zone;
    }

    private static CronTime every(Duration period, Instant start, Instant second, ZoneId zone) {
        long count =
                second.isBefore(start) ? 0 : Duration.between(start, second).dividedBy(period) + 1;
        return plain(start.plus(period.multipliedBy(count)), zone);
    }

    /** Skipped wall times do not exist, repeated ones count twice. */
    private static CronTime asClockPasses(CronPattern pattern, Instant second, ZoneId zone) {
        var rules = zone.getRules();
        var from = second.plusSeconds(1);
        while (true) {
            var offset = rules.getOffset(from);
            var at = pattern.next(LocalDateTime.ofInstant(from, zone)).toInstant(offset);
            var change = rules.nextTransition(from);
            if (change == null || at.isBefore(change.getInstant())) {
                return plain(at, zone);
            }
            from = change.getInstant();
        }
    }

    /** Each wall time counts once, in the order of the wall times, which is that of their instants too. */
    private static CronTime fixed(CronPattern pattern, DstPolicy dst, Instant second, ZoneId zone) {
        var wall = pattern.next(LocalDateTime.ofInstant(second, zone).plusSeconds(1));
        while (!instantOf(wall, zone).isAfter(second)) {
            wall = pattern.next(wall.plusSeconds(1));
        }
        var instant = instantOf(wall, zone);
        var skipped = new ArrayList<LocalDateTime>();
        boolean exists = false;
        boolean repeated = false;
        for (; instantOf(wall, zone).equals(instant); wall = pattern.next(wall.plusSeconds(1))) {
            var change = zone.getRules().getTransition(wall);
            if (change != null && change.isGap()) {
                skipped.add(wall);
            } else {
                exists = true;
                repeated = change != null;
            }
        }
        return new CronTime(
                instant, instant.atZone(zone).toOffsetDateTime(), skipped, exists || dst == DstPolicy.ONCE, repeated);
    }

    /** The end of the gap for a skipped wall time, the first of the two for a repeated one. */
    private static Instant instantOf(LocalDateTime wall, ZoneId zone) {
        ZoneOffsetTransition change = zone.getRules().getTransition(wall);
        return change != null && change.isGap()
                ? change.getInstant()
                : wall.toInstant(zone.getRules().getOffset(wall));
    }

    private static CronTime plain(Instant instant, ZoneId zone) {
        return new CronTime(instant, instant.atZone(zone).toOffsetDateTime(), List.of(), true, false);
    }
}
