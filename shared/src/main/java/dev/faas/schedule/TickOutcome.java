package dev.faas.schedule;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What became of a due time of a schedule. */
public enum TickOutcome {
    /** Its submit is on its way. */
    CLAIMED,
    /** It was refused for now, and is submitted again. */
    WAITING,
    /** It fires when an earlier activation has ended. */
    BUFFERED,
    FIRED,
    SKIPPED_OVERLAP,
    MISSED,
    /** The schedule was paused. */
    PAUSED,
    /** A change of the clock skipped its wall time. */
    DST_GAP,
    /** It cannot be submitted. */
    REFUSED;

    /** As in the API and in the database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<TickOutcome> of(String text) {
        return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
    }
}
