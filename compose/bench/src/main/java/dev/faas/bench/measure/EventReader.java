package dev.faas.bench.measure;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads one stream of server-sent events until it is over or broken. Lives on one event loop. */
final class EventReader {
    private static final String BETWEEN_FRAMES = "\n\n";
    private static final long CONNECT_SECONDS = 30;

    private final Consumer<ServerSentEvent> told;
    private final Consumer<@Nullable Throwable> over;
    private @Nullable HttpClientResponse response;
    private boolean ended;

    /**
     * @param told of each event
     * @param over once, when nothing more comes; with null when the server said that it was the end
     */
    EventReader(Consumer<ServerSentEvent> told, Consumer<@Nullable Throwable> over) {
        this.told = told;
        this.over = over;
    }

    /** @param after the id of the last event that is known; empty: from the beginning */
    void open(HttpClient http, URI stream, String authorization, String after) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(stream.getHost())
                .setPort(stream.getPort())
                .setURI(stream.getRawPath())
                .putHeader("Authorization", authorization)
                .setConnectTimeout(TimeUnit.SECONDS.toMillis(CONNECT_SECONDS));
        if (!after.isEmpty()) {
            options.putHeader("Last-Event-ID", after);
        }
        http.request(options).compose(request -> request.send().map(this::read)).onFailure(this::over);
    }

    private HttpClientResponse read(HttpClientResponse answer) {
        response = answer;
        if (answer.statusCode() != 200) {
            over(new IOException("answered " + answer.statusCode()));
            return answer;
        }
        answer.exceptionHandler(this::over);
        answer.endHandler(end -> over(new IOException("the stream ended without its end")));
        answer.handler(RecordParser.newDelimited(BETWEEN_FRAMES, this::frame));
        return answer;
    }

    private void frame(Buffer text) {
        var frame = ServerSentEvent.of(text.toString(StandardCharsets.UTF_8));
        if (frame.is("end")) {
            over(null);
        } else if (frame.event() != null) {
            told.accept(frame);
        }
    }

    private void over(@Nullable Throwable why) {
        if (!ended) {
            ended = true;
            over.accept(why);
        }
    }

    /** Takes nothing more, until {@link #resume}. */
    void pause() {
        if (response != null) {
            response.pause();
        }
    }

    void resume() {
        if (response != null) {
            response.resume();
        }
    }
}
