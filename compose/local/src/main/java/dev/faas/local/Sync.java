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
    /** Before each acknowledgement. */
    ALWAYS("always"),
    /** Every ten seconds. JetStream's own default is two minutes. */
    INTERVAL("10s");

    /** {@code compose/nats-start} has the same one. */
    public static final Sync DEFAULT = ALWAYS;

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
