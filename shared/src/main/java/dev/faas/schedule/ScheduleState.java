package dev.faas.schedule;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whether a schedule submits, and if not, why. */
public enum ScheduleState {
    ACTIVE,
    PAUSED,
    /** No time is left, or it has submitted as often as it was to. */
    COMPLETED,
    FUNCTION_DELETED;

    /** As in the API and in the database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ScheduleState> of(String text) {
        return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
    }
}
