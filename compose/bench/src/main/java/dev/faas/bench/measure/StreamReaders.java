package dev.faas.bench.measure;

import dev.faas.wire.Codec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads many event streams in a separate process, so that its sockets and memory do not count as the platform's. Standard
 * input says what to open, standard output what happened, one line each:
 *
 * <pre>
 *   in   the Authorization header's value, then fast ACTIVATION | slow ACTIVATION …, then go
 *   out  first MICROS      a stream's first event arrived, time since its request
 *        open              all first events have arrived, and the slow readers have stopped reading
 *        ended MICROS      a stream's end arrived, time since the activation's end
 *        broken REASON     a stream broke before its end
 *        slow TIMES BYTES CHECKSUM   a slow reader has everything; how often it was cut off
 * </pre>
 */
public final class StreamReaders {
    private static final int CONCURRENT_CONNECTS = 100;
    private static final int MAX_STREAMS = 100_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int SMALL_BUFFER = 16 * 1024;

    private final Vertx vertx;
    private final URI api;
    private final String authorization;
    private final Duration pause;
    private final HttpClient fastClient;
    private final HttpClient slowClient;
    private final Deque<String> toOpen;
    private int awaitingFirst;
    private int awaitingEnd;

    private StreamReaders(Vertx vertx, URI api, String authorization, Duration pause, Deque<String> requested) {
        this.vertx = vertx;
        this.api = api;
        this.authorization = authorization;
        this.pause = pause;
        this.fastClient =
                vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(MAX_STREAMS));
        this.slowClient = vertx.createHttpClient(
                new HttpClientOptions().setReceiveBufferSize(SMALL_BUFFER),
                new PoolOptions().setHttp1MaxSize(MAX_STREAMS));
        this.toOpen = requested;
        this.awaitingFirst = requested.size();
        this.awaitingEnd = requested.size();
    }

    /** Arguments: the API's address, and how many seconds a slow reader does not read. */
    public static void main(String[] arguments) throws IOException {
        var requested = new ArrayDeque<String>();
        String authorization;
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            authorization = in.readLine();
            for (var line = in.readLine(); line != null && !line.equals("go"); line = in.readLine()) {
                requested.add(line);
            }
        }
        var vertx = Vertx.vertx();
        var pause = Duration.ofSeconds(Long.parseLong(arguments[1]));
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(now -> {
            var readers = new StreamReaders(vertx, URI.create(arguments[0]), authorization, pause, requested);
            vertx.setTimer(LIMIT.toMillis(), late -> readers.giveUp());
            for (int i = 0; i < CONCURRENT_CONNECTS; i++) {
                readers.openNext();
            }
        });
    }

    private void openNext() {
        var next = toOpen.poll();
        if (next == null) {
            return;
        }
        var words = next.split(" ");
        var stream = api.resolve("/v1/activations/" + words[1] + "/events");
        if (words[0].equals("slow")) {
            new SlowReader(vertx, slowClient, stream, authorization, pause, this::countFirst, this::endSlow).open();
        } else {
            new FastReader(System.nanoTime()).open(stream);
        }
    }

    private final class FastReader {
        private final long requestedAt;
        private boolean awaitsFirst = true;
        private @Nullable Instant finishedAt;

        FastReader(long asked) {
            this.requestedAt = asked;
        }

        void open(URI stream) {
            new EventReader(this::onEvent, this::onEnd).open(fastClient, stream, authorization, "");
        }

        private void onEvent(ServerSentEvent event) {
            if (awaitsFirst) {
                awaitsFirst = false;
                print("first " + (System.nanoTime() - requestedAt) / 1_000);
                countFirst();
            }
            if (event.is("state")) {
                var at = Codec.readTree(event.data().getBytes(StandardCharsets.UTF_8))
                        .path("finishedAt");
                finishedAt = at.isTextual() ? Instant.parse(at.asText()) : null;
            }
        }

        private void onEnd(@Nullable Throwable failure) {
            if (failure == null && finishedAt != null) {
                print("ended " + Duration.between(finishedAt, Instant.now()).toNanos() / 1_000);
            } else {
                print("broken " + failure);
            }
            if (awaitsFirst) {
                countFirst();
            }
            countEnd();
        }
    }

    private void countFirst() {
        awaitingFirst--;
        if (awaitingFirst == 0) {
            print("open");
        }
        openNext();
    }

    private void endSlow(SlowReader.Result done) {
        print("slow " + done.cutOff() + " " + done.bytes() + " " + done.checksum());
        countEnd();
    }

    private void countEnd() {
        awaitingEnd--;
        if (awaitingEnd == 0) {
            vertx.close();
        }
    }

    private void giveUp() {
        print("broken " + awaitingEnd + " streams have not ended after " + LIMIT.toMinutes() + " minutes");
        vertx.close();
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
