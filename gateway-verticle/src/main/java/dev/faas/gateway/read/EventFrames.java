package dev.faas.gateway.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.activation.ActivationView;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes server-sent events (WHATWG HTML, 9.2), one frame for each event. The id to resume after is the stream's sequence. */
public final class EventFrames implements EventStream.Format {
    /** Has data, since a browser drops an event without. Has no id, so that the terminal state's id stays the last one. */
    public static final String END = "event: end\ndata: {}\n\n";

    /** Keeps proxies from closing a quiet connection. */
    public static final String COMMENT = ":\n\n";

    /** Bytes of the current run sent so far: a chunk that is stored twice is sent once. */
    private final Map<Source, Long> sentBytes = new HashMap<>();

    private String runId = "";

    private record TextOutput(String stream, String text, Instant at) {}

    private record BinaryOutput(String stream, String base64, Instant at) {}

    @Override
    public @Nullable Buffer encode(ActivationEvent event) {
        return switch (event) {
            case StateEvent(var sequence, var record) ->
                frame(sequence, "state", Codec.write(ActivationView.of(record)));
            case OutputEvent(var sequence, var chunk) -> isNew(chunk) ? output(sequence, chunk) : null;
        };
    }

    Buffer state(long sequence, JsonNode record) {
        return frame(sequence, "state", Codec.write(record));
    }

    @Override
    public Buffer endFrame() {
        return Buffer.buffer(END);
    }

    @Override
    public Buffer heartbeatFrame() {
        return Buffer.buffer(COMMENT);
    }

    private boolean isNew(OutputChunk chunk) {
        if (!chunk.runId().equals(runId)) {
            runId = chunk.runId();
            sentBytes.clear();
        }
        if (chunk.offset() < sentBytes.getOrDefault(chunk.source(), 0L)) {
            return false;
        }
        sentBytes.put(chunk.source(), chunk.offset() + chunk.bytes().length);
        return true;
    }

    private static Buffer output(long sequence, OutputChunk chunk) {
        return switch (chunk.source()) {
            case STDERR -> frame(sequence, "log", data("stderr", chunk));
            case STDOUT -> frame(sequence, "output", data("stdout", chunk));
        };
    }

    private static byte[] data(String stream, OutputChunk chunk) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(chunk.bytes()));
            return Codec.write(new TextOutput(stream, text.toString(), chunk.at()));
        } catch (CharacterCodingException e) {
            return Codec.write(new BinaryOutput(stream, Base64.getEncoder().encodeToString(chunk.bytes()), chunk.at()));
        }
    }

    /** @param json on one line, as {@link Codec} writes it */
    public static Buffer frame(long sequence, String event, byte[] json) {
        return Buffer.buffer("id: " + sequence + "\nevent: " + event + "\ndata: ")
                .appendBytes(json)
                .appendString("\n\n");
    }
}
