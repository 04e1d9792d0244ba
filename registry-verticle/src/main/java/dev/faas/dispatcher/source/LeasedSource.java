package dev.faas.dispatcher.source;

import dev.faas.source.SourceSpec;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * A source that this process runs until its lease ends.
 *
 * @param seed makes the ids of its activations
 * @param function empty: it has no such revision any more
 */
record LeasedSource(
        String id,
        String owner,
        String functionId,
        SourceSpec spec,
        Buffer seed,
        Optional<FunctionRevision> function) {}
