package dev.faas.cron;

import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Matches wall times: OCPS 1.0, revision 2, with a leading field for seconds (OCPS 1.2) and nicknames (OCPS 1.1) but
 * {@code @reboot}. Day of month and day of week are alternatives unless one is {@code *}. Knows no zone.
 */
final class CronPattern {
    static final int MAX_LENGTH = 256;
    private static final Pattern FIELD = Pattern.compile("[^ \t]+");
    private static final List<CronField> FIVE =
            List.of(CronField.MINUTE, CronField.HOUR, CronField.DAY, CronField.MONTH, CronField.WEEKDAY);
    private static final List<CronField> SIX = List.of(CronField.values());
    private static final Map<String, String> NICKNAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final int[] LONGEST_MONTHS = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final EnumMap<CronField, Long> values = new EnumMap<>(CronField.class);
    private final boolean anyDay;
    private final boolean anyWeekday;
    private final boolean followsClock;

    private CronPattern(Map<CronField, Part> parts) {
        values.put(CronField.SECOND, 1L);
        parts.forEach((field, part) -> values.put(field, field.parse(part.text, part.at)));
        anyDay = parts.get(CronField.DAY).text.equals("*");
        anyWeekday = parts.get(CronField.WEEKDAY).text.equals("*");
        followsClock = parts.get(CronField.MINUTE).text.startsWith("*")
                || parts.get(CronField.HOUR).text.startsWith("*");
    }

    private record Part(String text, int at) {}

    /** Fails with {@link CronException}, also when the pattern matches no time ever. */
    static CronPattern parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new CronException("is longer than " + MAX_LENGTH + " characters. Make two schedules of it.");
        }
        var stripped = FIELD.matcher(text)
                .results()
                .findFirst()
                .map(first -> text.substring(first.start()))
                .orElse("");
        var pattern = new CronPattern(stripped.startsWith("@") ? nickname(stripped.strip()) : split(text));
        pattern.requireSomeDay();
        return pattern;
    }

    private static Map<CronField, Part> nickname(String text) {
        var meaning = NICKNAMES.get(text);
        if (meaning != null) {
            return split(meaning);
        }
        if (text.equals("@reboot")) {
            throw new CronException(
                    "'@reboot' is not supported: nothing reboots here. Call the function when you need it.");
        }
        if (NICKNAMES.containsKey(text.toLowerCase(Locale.ROOT))) {
            throw new CronException("'" + text + "' must be in lower case: '" + text.toLowerCase(Locale.ROOT) + "'.");
        }
        throw new CronException("'" + text + "' is not a nickname. Use @hourly, @daily, @midnight, @weekly, @monthly,"
                + " @yearly, @annually or @every with a period, such as '@every 5m'.");
    }

    private static Map<CronField, Part> split(String text) {
        var parts = new ArrayList<Part>();
        FIELD.matcher(text).results().forEach(it -> parts.add(new Part(it.group(), it.start() + 1)));
        if (parts.size() == 7) {
            throw new CronException("the seventh field, at character " + parts.getLast().at
                    + ": a year is not supported. Remove it, and set startAt and endAt.");
        }
        if (parts.size() != FIVE.size() && parts.size() != SIX.size()) {
            throw new CronException("has " + parts.size() + (parts.size() == 1 ? " field" : " fields") + ". Write 5 ("
                    + CronField.list(FIVE) + "), or 6 with the second in front, with a space between two.");
        }
        var fields = parts.size() == FIVE.size() ? FIVE : SIX;
        var byField = new EnumMap<CronField, Part>(CronField.class);
        for (int i = 0; i < fields.size(); i++) {
            byField.put(fields.get(i), parts.get(i));
        }
        return byField;
    }

    /** The day of week always comes, so only days of month that no month has never match. */
    private void requireSomeDay() {
        if (anyDay || !anyWeekday) {
            return;
        }
        int earliest = Long.numberOfTrailingZeros(values.get(CronField.DAY));
        for (int month = 1; month < LONGEST_MONTHS.length; month++) {
            if (has(CronField.MONTH, month) && earliest <= LONGEST_MONTHS[month]) {
                return;
            }
        }
        throw new CronException("never matches: no month of the field month has a day " + earliest
                + ". Change the field day of month or the field month.");
    }

    /** Whether it counts wall times as they pass, under every policy: Debian's cron does so for {@code *} minutes or hours. */
    boolean followsClock() {
        return followsClock;
    }

    /** The first match at or after a wall time of whole seconds. */
    LocalDateTime next(LocalDateTime from) {
        var date = from.toLocalDate();
        var earliest = from.toLocalTime();
        while (true) {
            if (!has(CronField.MONTH, date.getMonthValue())) {
                date = date.withDayOfMonth(1).plusMonths(1);
            } else {
                var time = matchesDay(date.getDayOfMonth(), date.getDayOfWeek().getValue() % 7)
                        ? timeOfDay(earliest)
                        : Optional.<LocalTime>empty();
                if (time.isPresent()) {
                    return date.atTime(time.get());
                }
                date = date.plusDays(1);
            }
            earliest = LocalTime.MIDNIGHT;
        }
    }

    private boolean matchesDay(int day, int weekday) {
        boolean byDay = has(CronField.DAY, day);
        boolean byWeekday = has(CronField.WEEKDAY, weekday);
        if (anyDay || anyWeekday) {
            return byDay && byWeekday;
        }
        return byDay || byWeekday;
    }

    private Optional<LocalTime> timeOfDay(LocalTime from) {
        for (int hour = next(CronField.HOUR, from.getHour()); hour < 24; hour = next(CronField.HOUR, hour + 1)) {
            int firstMinute = hour == from.getHour() ? from.getMinute() : 0;
            for (int minute = next(CronField.MINUTE, firstMinute);
                    minute < 60;
                    minute = next(CronField.MINUTE, minute + 1)) {
                boolean isFirst = hour == from.getHour() && minute == from.getMinute();
                int second = next(CronField.SECOND, isFirst ? from.getSecond() : 0);
                if (second < 60) {
                    return Optional.of(LocalTime.of(hour, minute, second));
                }
            }
        }
        return Optional.empty();
    }

    private boolean has(CronField field, int value) {
        return ((values.get(field) >>> value) & 1) == 1;
    }

    /** 64 when there is none. */
    private int next(CronField field, int from) {
        return Long.numberOfTrailingZeros(values.get(field) & (-1L << from));
    }
}
