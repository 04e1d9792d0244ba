package dev.faas.schedule;

import java.util.Locale;

/** Why there is a tick. */
public enum TickKind {
    SCHEDULE,
    MANUAL,
    BACKFILL;

    /** As in the API and in the database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static TickKind of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
