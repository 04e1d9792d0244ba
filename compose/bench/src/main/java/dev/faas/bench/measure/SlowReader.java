package dev.faas.bench.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Stops reading at the first output for longer than the gateway's stall limit, then reads on, reconnects after the last event
 * and reads the rest. Runs on one event loop.
 */
public final class SlowReader {
    /**
     * The outcome.
     *
     * @param cutOff how often the gateway closed the connection
     * @param bytes of all output
     * @param checksum of all output, in its order of arrival
     */
    public record Result(int cutOff, long bytes, long checksum) {}

    private final Vertx vertx;
    private final HttpClient http;
    private final URI stream;
    private final String authorization;
    private final Duration pause;
    private final Runnable onStall;
    private final Consumer<Result> onDone;
    private final CRC32 checksum = new CRC32();
    private EventReader reader;
    private String lastEventId = "";
    private long bytes;
    private int cutOff;
    private boolean paused;

    /**
     * @param pause how long it does not read
     * @param onStall called when it stops reading
     */
    SlowReader(
            Vertx vertx,
            HttpClient http,
            URI stream,
            String authorization,
            Duration pause,
            Runnable onStall,
            Consumer<Result> onDone) {
        this.vertx = vertx;
        this.http = http;
        this.stream = stream;
        this.authorization = authorization;
        this.pause = pause;
        this.onStall = onStall;
        this.onDone = onDone;
        this.reader = new EventReader(this::onEvent, this::onEnd);
    }

    void open() {
        reader.open(http, stream, authorization, lastEventId);
    }

    private void onEvent(ServerSentEvent event) {
        if (event.id() != null) {
            lastEventId = event.id();
        }
        if (event.is("output")) {
            JsonNode output = Codec.readTree(event.data().getBytes(StandardCharsets.UTF_8));
            var text = output.path("text").asText().getBytes(StandardCharsets.UTF_8);
            bytes += text.length;
            checksum.update(text);
            if (!paused) {
                paused = true;
                reader.pause();
                onStall.run();
                vertx.setTimer(pause.toMillis(), now -> reader.resume());
            }
        }
    }

    private void onEnd(@Nullable Throwable failure) {
        if (failure == null) {
            onDone.accept(new Result(cutOff, bytes, checksum.getValue()));
        } else {
            cutOff++;
            reader = new EventReader(this::onEvent, this::onEnd);
            open();
        }
    }
}
