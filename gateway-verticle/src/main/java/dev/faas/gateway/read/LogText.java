package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk.Source;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** stderr as it is, for a client that follows a log. */
final class LogText implements EventStream.Format {
    @Override
    public @Nullable Buffer event(ActivationEvent event) {
        return switch (event) {
            case OutputEvent(var sequence, var chunk)
            when chunk.source() == Source.STDERR -> Buffer.buffer(chunk.bytes());
            case ActivationEvent other -> null;
        };
    }

    @Override
    public Buffer end() {
        return Buffer.buffer();
    }

    /** Text has nothing that says nothing; an empty write is enough for this end's idle timeout. */
    @Override
    public Buffer heartbeat() {
        return Buffer.buffer();
    }
}
