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
 * The readers of many event streams, a process of its own: their sockets and their memory are not the platform's. It is told
 * by lines what to open, and tells by lines what comes of it.
 *
 * <pre>
 *   in   the requests' header, then fast ACTIVATION | slow ACTIVATION, and so on; then go
 *   out  first MICROS      a stream has had its first event, so long after it was asked for
 *        open              all have, and the slow ones have stopped reading
 *        ended MICROS      a stream has had its end, so long after the activation's
 *        broken WHY        a stream broke before
 *        slow TIMES BYTES CHECKSUM   a slow reader has all, was cut off so often
 * </pre>
 */
public final class StreamReaders {
    private static final int CONNECTING_AT_ONCE = 100;
    private static final int MOST = 100_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int SMALL_BUFFER = 16 * 1024;

    private final Vertx vertx;
    private final URI api;
    private final String authorization;
    private final Duration pause;
    private final HttpClient quick;
    private final HttpClient narrow;
    private final Deque<String> toOpen;
    private int toHear;
    private int toEnd;

    private StreamReaders(Vertx vertx, URI api, String authorization, Duration pause, Deque<String> wanted) {
        this.vertx = vertx;
        this.api = api;
        this.authorization = authorization;
        this.pause = pause;
        this.quick = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(MOST));
        this.narrow = vertx.createHttpClient(
                new HttpClientOptions().setReceiveBufferSize(SMALL_BUFFER), new PoolOptions().setHttp1MaxSize(MOST));
        this.toOpen = wanted;
        this.toHear = wanted.size();
        this.toEnd = wanted.size();
    }

    /** Arguments: the API's address, how many seconds a slow reader takes nothing. */
    public static void main(String[] arguments) throws IOException {
        var wanted = new ArrayDeque<String>();
        String authorization;
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            authorization = in.readLine();
            for (var line = in.readLine(); line != null && !line.equals("go"); line = in.readLine()) {
                wanted.add(line);
            }
        }
        var vertx = Vertx.vertx();
        var pause = Duration.ofSeconds(Long.parseLong(arguments[1]));
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(now -> {
            var readers = new StreamReaders(vertx, URI.create(arguments[0]), authorization, pause, wanted);
            vertx.setTimer(LIMIT.toMillis(), late -> readers.giveUp());
            for (int i = 0; i < CONNECTING_AT_ONCE; i++) {
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
            new SlowReader(vertx, narrow, stream, authorization, pause, this::heard, this::slowEnded).open();
        } else {
            new FastReader(System.nanoTime()).open(stream);
        }
    }

    private final class FastReader {
        private final long asked;
        private boolean first = true;
        private @Nullable Instant finished;

        FastReader(long asked) {
            this.asked = asked;
        }

        void open(URI stream) {
            new EventReader(this::told, this::over).open(quick, stream, authorization, "");
        }

        private void told(ServerSentEvent frame) {
            if (first) {
                first = false;
                say("first " + (System.nanoTime() - asked) / 1_000);
                heard();
            }
            if (frame.is("state")) {
                var at = Codec.readTree(frame.data().getBytes(StandardCharsets.UTF_8))
                        .path("finishedAt");
                finished = at.isTextual() ? Instant.parse(at.asText()) : null;
            }
        }

        private void over(@Nullable Throwable why) {
            if (why == null && finished != null) {
                say("ended " + Duration.between(finished, Instant.now()).toNanos() / 1_000);
            } else {
                say("broken " + why);
            }
            if (first) {
                heard();
            }
            ended();
        }
    }

    private void heard() {
        toHear--;
        if (toHear == 0) {
            say("open");
        }
        openNext();
    }

    private void slowEnded(SlowReader.Done done) {
        say("slow " + done.cutOff() + " " + done.bytes() + " " + done.checksum());
        ended();
    }

    private void ended() {
        toEnd--;
        if (toEnd == 0) {
            vertx.close();
        }
    }

    private void giveUp() {
        say("broken " + toEnd + " streams have not ended after " + LIMIT.toMinutes() + " minutes");
        vertx.close();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
