package dev.faas.wire;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes one revision of a function: the value in KV {@code FUNCTIONS}.
 *
 * @param imageDigest null until known
 */
public record FunctionRevision(
        String id,
        String owner,
        int revision,
        @Nullable String imageDigest,
        Instant createdAt,
        Instant updatedAt,
        FunctionSpec spec)
        implements Versioned {
    public FunctionRevision {
        Objects.requireNonNull(id);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(createdAt);
        Objects.requireNonNull(updatedAt);
        Objects.requireNonNull(spec);
        if (revision < 1) {
            throw new IllegalArgumentException("revision must be at least 1, not " + revision);
        }
    }

    public FunctionRevision withImageDigest(String digest) {
        return new FunctionRevision(id, owner, revision, digest, createdAt, updatedAt, spec);
    }

    /** The key of a function in KV {@code FUNCTIONS}. */
    public static String key(String owner, String name) {
        return owner + "." + name;
    }
}
