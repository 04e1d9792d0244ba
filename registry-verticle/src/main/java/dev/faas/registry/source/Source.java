package dev.faas.registry.source;

import dev.faas.registry.function.FunctionTarget;
import dev.faas.registry.function.TriggerState;
import dev.faas.source.SourceSpec;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A source as it is stored.
 *
 * @param version of the definition
 * @param seed makes the ids of its activations; clients never get it
 */
record Source(
        String id,
        String owner,
        FunctionTarget function,
        int version,
        SourceSpec spec,
        Buffer seed,
        TriggerState state,
        Progress progress,
        Times times) {
    /**
     * As its dispatcher noted it last.
     *
     * @param state running, waiting or failing
     */
    record Progress(String state, @Nullable String lastError) {
        static final Progress NONE = new Progress("waiting", null);
    }

    record Times(Instant createdAt, Instant updatedAt) {}

    Source with(FunctionTarget otherFunction, SourceSpec otherSpec, TriggerState otherState) {
        return new Source(id, owner, otherFunction, version, otherSpec, seed, otherState, progress, times);
    }

    Source with(TriggerState other) {
        return with(function, spec, other);
    }

    Source changed(Instant now) {
        return new Source(
                id, owner, function, version + 1, spec, seed, state, progress, new Times(times.createdAt, now));
    }
}
