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
 * Stops reading at the first output, for longer than the gateway has patience, then reads what is there, comes back where it
 * was and reads the rest. Lives on one event loop.
 */
public final class SlowReader {
    /**
     * What it came to.
     *
     * @param cutOff how often the gateway had had enough
     * @param bytes of output, all in all
     * @param checksum of the same, in the order it came
     */
    public record Done(int cutOff, long bytes, long checksum) {}

    private final Vertx vertx;
    private final HttpClient http;
    private final URI stream;
    private final String authorization;
    private final Duration pause;
    private final Runnable stuck;
    private final Consumer<Done> done;
    private final CRC32 checksum = new CRC32();
    private EventReader reader;
    private String last = "";
    private long bytes;
    private int cutOff;
    private boolean paused;

    /**
     * @param pause how long it takes nothing
     * @param stuck called when it begins to take nothing
     */
    SlowReader(
            Vertx vertx,
            HttpClient http,
            URI stream,
            String authorization,
            Duration pause,
            Runnable stuck,
            Consumer<Done> done) {
        this.vertx = vertx;
        this.http = http;
        this.stream = stream;
        this.authorization = authorization;
        this.pause = pause;
        this.stuck = stuck;
        this.done = done;
        this.reader = new EventReader(this::told, this::over);
    }

    void open() {
        reader.open(http, stream, authorization, last);
    }

    private void told(ServerSentEvent frame) {
        if (frame.id() != null) {
            last = frame.id();
        }
        if (frame.is("output")) {
            JsonNode output = Codec.readTree(frame.data().getBytes(StandardCharsets.UTF_8));
            var text = output.path("text").asText().getBytes(StandardCharsets.UTF_8);
            bytes += text.length;
            checksum.update(text);
            if (!paused) {
                paused = true;
                reader.pause();
                stuck.run();
                vertx.setTimer(pause.toMillis(), now -> reader.resume());
            }
        }
    }

    private void over(@Nullable Throwable why) {
        if (why == null) {
            done.accept(new Done(cutOff, bytes, checksum.getValue()));
        } else {
            cutOff++;
            reader = new EventReader(this::told, this::over);
            open();
        }
    }
}
