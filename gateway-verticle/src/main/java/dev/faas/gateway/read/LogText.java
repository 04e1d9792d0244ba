package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk.Source;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Writes stderr unchanged, for a client that follows a log. */
final class LogText implements EventStream.Format {
    @Override
    public @Nullable Buffer encode(ActivationEvent event) {
        return switch (event) {
            case OutputEvent(var sequence, var chunk)
            when chunk.source() == Source.STDERR -> Buffer.buffer(chunk.bytes());
            case ActivationEvent other -> null;
        };
    }

    @Override
    public Buffer endFrame() {
        return Buffer.buffer();
    }

    /** Plain text has no comment to send; an empty write resets the server's own idle timeout. */
    @Override
    public Buffer heartbeatFrame() {
        return Buffer.buffer();
    }
}
