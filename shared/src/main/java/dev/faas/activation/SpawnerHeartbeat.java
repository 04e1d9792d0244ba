package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A spawner's sign of life, in KV {@code SPAWNERS} under its id.
 *
 * @param incarnation sorts by time, so that of two the later one is known
 * @param trouble why it takes no work just now, in a few words; null: it does
 */
public record SpawnerHeartbeat(
        String spawner,
        String incarnation,
        int slots,
        int free,
        @Nullable String trouble) implements Versioned {
    public SpawnerHeartbeat {
        Objects.requireNonNull(spawner);
        Objects.requireNonNull(incarnation);
    }

    /**
     * So many of a spawner's slots are for users who have nothing running there: whoever comes new finds a place, however
     * long the runs of somebody else take.
     */
    public static int reservedSlots(int slots) {
        return slots / 4;
    }
}
