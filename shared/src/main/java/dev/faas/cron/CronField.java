package dev.faas.cron;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Parses one field of a pattern to the set of its values, as bits. The grammar is that of OCPS 1.0, revision 2. */
enum CronField {
    SECOND("second", 0, 59, ""),
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    WEEKDAY("day of week", 0, 7, "SUN MON TUE WED THU FRI SAT");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
    private static final Pattern NUMBER_WITH_STEP = Pattern.compile("[0-9A-Za-z]+/([0-9]+)");

    private final String title;
    private final int min;
    private final int max;
    /** With a space between two; empty: numbers only. */
    private final String names;

    CronField(String title, int min, int max, String names) {
        this.title = title;
        this.min = min;
        this.max = max;
        this.names = names;
    }

    /** @param at position of the field's first character in the pattern, from 1 */
    long parse(String text, int at) {
        long values = 0;
        int start = 0;
        for (var item : text.split(",", -1)) {
            values |= parseItem(item, at + start);
            start += item.length() + 1;
        }
        return this == WEEKDAY ? (values | values >>> 7) & 0x7f : values;
    }

    private long parseItem(String item, int at) {
        refuseForeign(item, at);
        int slash = item.indexOf('/');
        var base = slash < 0 ? item : item.substring(0, slash);
        int step = slash < 0 ? 1 : step(item, slash, at);
        int dash = base.indexOf('-');
        int from;
        int to;
        if (base.equals("*")) {
            from = min;
            to = this == WEEKDAY ? 6 : max;
        } else if (dash >= 0) {
            from = value(base.substring(0, dash), at);
            to = lastValue(from, base.substring(dash + 1), at + dash + 1);
        } else if (slash >= 0) {
            throw stepWithoutRange(item, at);
        } else {
            from = value(base, at);
            to = from;
        }
        if (from > to) {
            throw error(at, "the range '" + base + "' ends before it begins. " + splitRange(from, to));
        }
        return IntStream.rangeClosed(from, to)
                .filter(value -> (value - from) % step == 0)
                .mapToLong(value -> 1L << value)
                .reduce(0, (a, b) -> a | b);
    }

    private int step(String item, int slash, int at) {
        var text = item.substring(slash + 1);
        if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) == 0) {
            throw error(
                    at + slash + 1,
                    "the step '" + text + "' is not a number of at least 1. Write the distance of two values, as in '*/"
                            + "2'");
        }
        return Integer.parseInt(text);
    }

    private CronException stepWithoutRange(String item, int at) {
        var hint = NUMBER_WITH_STEP.matcher(item).matches()
                ? item.substring(0, item.indexOf('/')) + "-" + max + item.substring(item.indexOf('/'))
                : "*" + item.substring(item.indexOf('/'));
        return error(at, "the step in '" + item + "' has no range before it. Write '" + hint + "'");
    }

    /** Two ranges with the values that a range across the end would have. */
    private String splitRange(int from, int to) {
        return "Write '" + from + "-" + (this == WEEKDAY ? 6 : max) + "," + min + "-" + to + "'";
    }

    /** The name of Sunday is 7 at the end of a range, as in {@code FRI-SUN}, else 0. */
    private int lastValue(int from, String text, int at) {
        int value = value(text, at);
        boolean isSunday = this == WEEKDAY
                && value == 0
                && from > 0
                && !NUMBER.matcher(text).matches();
        return isSunday ? max : value;
    }

    private int value(String text, int at) {
        int name = names().indexOf(text.toUpperCase(Locale.ROOT));
        if (name >= 0) {
            return name + min;
        }
        if (!NUMBER.matcher(text).matches()) {
            throw error(at, "'" + text + "' is not a value. Write " + allowed());
        }
        int value = Integer.parseInt(text);
        if (value < min || value > max) {
            throw error(at, "'" + text + "' is out of range. Write " + allowed());
        }
        return value;
    }

    private List<String> names() {
        return names.isEmpty() ? List.of() : List.of(names.split(" "));
    }

    private String allowed() {
        return "a number from " + min + " to " + max
                + (names.isEmpty() ? "" : ", or a name from " + names().getFirst() + " to " + names().getLast());
    }

    /** Names what other dialects have and this one has not. */
    private void refuseForeign(String item, int at) {
        for (int i = 0; i < item.length(); i++) {
            var advice = switch (item.charAt(i)) {
                case '?' -> "write '*' instead";
                case '#' -> "for the first Monday of a month let the function check the date, or use days '1-7'";
                case '+' -> "day of month and day of week cannot both be required";
                default -> "";
            };
            if (!advice.isEmpty()) {
                throw error(at + i, "'" + item.charAt(i) + "' is not supported: " + advice);
            }
        }
        var upper = item.toUpperCase(Locale.ROOT);
        boolean isDay = this == DAY || this == WEEKDAY;
        if (isDay && (upper.equals("L") || upper.matches("[0-9]+L") || upper.matches("L-[0-9]+"))) {
            throw error(at, "'L' (last) is not supported: write days such as '28-31', and let the function check");
        }
        if (isDay && (upper.equals("W") || upper.matches("(L|[0-9]+)W"))) {
            throw error(at, "'W' (nearest weekday) is not supported: use the day of week, such as 'MON-FRI'");
        }
    }

    /** "Second, minute and hour", for the message about a wrong number of fields. */
    static String list(List<CronField> fields) {
        return fields.stream().map(field -> field.title).collect(Collectors.joining(", "));
    }

    private CronException error(int at, String message) {
        return new CronException("the field " + title + ", at character " + at + ": " + message + ".");
    }
}
