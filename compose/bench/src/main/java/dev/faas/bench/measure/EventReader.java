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

/** Reads one stream of server-sent events until its end or a failure. Runs on one event loop. */
final class EventReader {
    private static final String BETWEEN_FRAMES = "\n\n";
    private static final long CONNECT_SECONDS = 30;

    private final Consumer<ServerSentEvent> onEvent;
    private final Consumer<@Nullable Throwable> onEnd;
    private @Nullable HttpClientResponse response;
    private boolean ended;

    /**
     * @param onEvent called with each event
     * @param onEnd called once at the end: with null after the server's end event, else with the failure
     */
    EventReader(Consumer<ServerSentEvent> onEvent, Consumer<@Nullable Throwable> onEnd) {
        this.onEvent = onEvent;
        this.onEnd = onEnd;
    }

    /** @param after the id of the last known event; empty: from the beginning */
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
        http.request(options)
                .compose(request -> request.send().map(this::onResponse))
                .onFailure(this::finish);
    }

    private HttpClientResponse onResponse(HttpClientResponse reply) {
        response = reply;
        if (reply.statusCode() != 200) {
            finish(new IOException("replyed " + reply.statusCode()));
            return reply;
        }
        reply.exceptionHandler(this::finish);
        reply.endHandler(end -> finish(new IOException("the stream closed before its end event")));
        reply.handler(RecordParser.newDelimited(BETWEEN_FRAMES, this::onFrame));
        return reply;
    }

    private void onFrame(Buffer frame) {
        var event = ServerSentEvent.of(frame.toString(StandardCharsets.UTF_8));
        if (event.is("end")) {
            finish(null);
        } else if (event.event() != null) {
            onEvent.accept(event);
        }
    }

    private void finish(@Nullable Throwable failure) {
        if (!ended) {
            ended = true;
            onEnd.accept(failure);
        }
    }

    /** Stops reading until {@link #resume}. */
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
