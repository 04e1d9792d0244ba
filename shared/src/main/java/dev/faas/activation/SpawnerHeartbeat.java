package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says that a spawner is alive: the value in KV {@code SPAWNERS} under its id.
 *
 * @param incarnation sorts by time, so that the later of two processes is known
 * @param trouble why it takes no work at the moment, in a few words; null when it does
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

    /** The number of slots that a spawner reserves for users without a running activation there, so that long runs of one user do
     * not keep out others.
     */
    public static int reservedSlots(int slots) {
        return slots / 4;
    }
}
