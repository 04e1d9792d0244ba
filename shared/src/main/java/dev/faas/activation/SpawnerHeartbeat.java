package dev.faas.activation;

import dev.faas.wire.Capacity;
import dev.faas.wire.Versioned;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says that a spawner is alive: the value in KV {@code SPAWNERS} under its id.
 *
 * @param incarnation sorts by time, so that the later of two processes is known
 * @param trouble why it takes no work at the moment, in a few words; null when it does
 * @param budget null from versions without one
 */
public record SpawnerHeartbeat(
        String spawner,
        String incarnation,
        int slots,
        int free,
        @Nullable String trouble,
        @Nullable Budget budget) implements Versioned {
    /** What a spawner may use of its Docker host, which it shares with other spawners.
     *
     * @param daemon id of the Docker daemon
     * @param part what it has as soon as the others have given it up
     * @param held what it uses or may use; the others must not
     * @param free of what it may use, without the runs that it has
     */
    public record Budget(String daemon, Capacity part, Capacity held, Capacity free) {
        public Budget {
            Objects.requireNonNull(daemon);
            Objects.requireNonNull(part);
            Objects.requireNonNull(held);
            Objects.requireNonNull(free);
        }
    }

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
