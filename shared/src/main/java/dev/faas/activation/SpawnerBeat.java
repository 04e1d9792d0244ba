package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.util.Objects;

/**
 * A spawner's sign of life, in KV {@code SPAWNERS} under its id.
 *
 * @param incarnation sorts by time, so that of two the later one is known
 */
public record SpawnerBeat(String spawner, String incarnation, int slots, int free) implements Versioned {
    public SpawnerBeat {
        Objects.requireNonNull(spawner);
        Objects.requireNonNull(incarnation);
    }
}
