package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes one revision of a function: the value in KV {@code FUNCTIONS}.
 *
 * @param imageDigest null until known
 * @param pauses of the function, whatever its revision is
 */
public record FunctionRevision(
        String id,
        String owner,
        int revision,
        @Nullable String imageDigest,
        Instant createdAt,
        Instant updatedAt,
        FunctionSpec spec,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = FunctionPauses.OmittedNone.class)
        FunctionPauses pauses)
        implements Versioned {
    public FunctionRevision {
        Objects.requireNonNull(id);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(createdAt);
        Objects.requireNonNull(updatedAt);
        Objects.requireNonNull(spec);
        // An older version did not write it.
        pauses = Objects.requireNonNullElse(pauses, FunctionPauses.NONE);
        if (revision < 1) {
            throw new IllegalArgumentException("revision must be at least 1, not " + revision);
        }
    }

    /** Of a function that has not been paused. */
    public FunctionRevision(
            String id,
            String owner,
            int revision,
            @Nullable String imageDigest,
            Instant createdAt,
            Instant updatedAt,
            FunctionSpec spec) {
        this(id, owner, revision, imageDigest, createdAt, updatedAt, spec, FunctionPauses.NONE);
    }

    public FunctionRevision withImageDigest(String digest) {
        return new FunctionRevision(id, owner, revision, digest, createdAt, updatedAt, spec, pauses);
    }

    public FunctionRevision with(FunctionPauses others) {
        return new FunctionRevision(id, owner, revision, imageDigest, createdAt, updatedAt, spec, others);
    }

    /**
     * As Postgres has it.
     *
     * @param pauses null: the function has never been paused
     */
    public static FunctionRevision decode(byte[] body, byte @Nullable [] pauses) {
        var revision = Codec.decode(body, FunctionRevision.class);
        return pauses == null ? revision : revision.with(Codec.decode(pauses, FunctionPauses.class));
    }

    /** The key of a function in KV {@code FUNCTIONS}. */
    public static String key(String owner, String name) {
        return owner + "." + name;
    }
}
