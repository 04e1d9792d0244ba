package dev.faas.wire;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Writes times as the API shows them: RFC 3339 in UTC with three digits of a second, so that the same time is the same text. */
public final class ApiTime {
    private static final DateTimeFormatter FORMAT =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private ApiTime() {}

    public static String format(Instant time) {
        return FORMAT.format(time);
    }
}
