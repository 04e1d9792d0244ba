package dev.faas.auth.audit;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;

/** Writes times as the API shows them: RFC 3339, UTC, with milliseconds. */
public final class ApiTime {
    private static final DateTimeFormatter RFC_3339_MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ApiTime() {}

    public static String format(TemporalAccessor time) {
        return RFC_3339_MILLIS.format(time);
    }
}
