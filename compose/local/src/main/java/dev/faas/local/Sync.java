package dev.faas.local;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * When {@code nats-server} writes what it has acknowledged to the disk (fsync). A killed process loses nothing with either
 * setting; a power cut or a kernel crash loses what was not synced.
 */
public enum Sync {
    /** Before each acknowledgement: a power cut loses nothing, and a quarter to a third of the submits a second are left. */
    ALWAYS("always"),
    /** Every second, which costs no more than every ten did. JetStream's own default is two minutes. */
    INTERVAL("1s");

    /**
     * The one that costs no submits: a sync for each message slows down all who share the disk. {@code compose/nats-start} has
     * the same default.
     */
    public static final Sync DEFAULT = INTERVAL;

    private final String syncInterval;

    Sync(String syncInterval) {
        this.syncInterval = syncInterval;
    }

    /** By its name in small letters, as in {@code FAAS_SYNC}; empty when there is none of that name. */
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
