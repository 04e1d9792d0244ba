package dev.faas.local;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Says when {@code nats-server} syncs acknowledged messages to the disk (fsync). A killed process loses nothing with either
 * setting; a power cut or a kernel crash loses what was not synced.
 */
public enum Sync {
    /** Before each acknowledgement. A power cut loses nothing; a quarter to a third of the submits per second remain. */
    ALWAYS("always"),
    /** Every second, which costs no more than every ten seconds. JetStream's default is two minutes. */
    INTERVAL("1s");

    /**
     * INTERVAL, since a sync for each message slows down everything on the disk. {@code compose/nats-start} has
     * the same default.
     */
    public static final Sync DEFAULT = INTERVAL;

    private final String syncInterval;

    Sync(String syncInterval) {
        this.syncInterval = syncInterval;
    }

    /** Finds a setting by its name in lower case, as in {@code FAAS_SYNC}; empty for other names. */
    public static Optional<Sync> of(String name) {
        return Arrays.stream(values())
                .filter(sync -> sync.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    /** The variable that {@code nats.conf} refers to. */
    public Map<String, String> variables() {
        return Map.of("FAAS_NATS_SYNC", syncInterval);
    }
}
