package dev.faas.bench.scenario;

import dev.faas.bench.measure.BlockedFunction;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.measure.WarmUp;
import dev.faas.wire.Codec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Measures the feed: how long after its end an activation is at a reader, what submits cost while somebody reads, and whether a
 * reader that is cut off in the middle sees every end once.
 */
public final class FeedScenario implements Scenario.OnPlatform {
    private static final int CLIENTS = 16;
    private static final int PER_SECOND = 50;
    private static final int COUNT = 3_000;
    private static final int SUBMITS = 5_000;
    private static final int ROUNDS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "feed";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(BlockedFunction.SLOTS, "1");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int count = context.count().orElse(COUNT);
        try (var user = context.registerUser();
                var flooding = context.registerUser()) {
            WarmUp.run(user, context.image());
            user.createFunction(Map.of("name", "ended", "image", context.image(), "mode", "reused"));
            var late = lateness(context, user, count);
            var blocked = BlockedFunction.create(flooding, context.image());
            ClosedLoop.run(CLIENTS, SUBMITS, LIMIT, i -> blocked.submit());
            var off = new ArrayList<ClosedLoop.Result>();
            var on = new ArrayList<ClosedLoop.Result>();
            for (int round = 0; round < ROUNDS; round++) {
                off.add(ClosedLoop.run(CLIENTS, SUBMITS, LIMIT, i -> blocked.submit()));
                try (var reader = new Reader(context.api(), flooding)) {
                    on.add(ClosedLoop.run(CLIENTS, SUBMITS, LIMIT, i -> blocked.submit()));
                    reader.check();
                }
            }
            var unread = ClosedLoop.Result.combine(off);
            var read = ClosedLoop.Result.combine(on);
            return new Report(
                    name(),
                    PER_SECOND
                            + " activations a second, a reader that is cut off once; then submits with and without a reader",
                    List.of(
                            late.row("end → event at the reader"),
                            unread.row("POST → 202, nobody reads"),
                            read.row("POST → 202, a reader")),
                    List.of(new Figure("ends that were seen once", count, "")),
                    List.of(
                            TargetResult.atMost("T9", "p50", 50, late.p50(), "ms"),
                            TargetResult.atLeast(
                                    "T9",
                                    "submits, of those unread",
                                    0.85,
                                    read.perSecond() / unread.perSecond(),
                                    "")));
        }
    }

    /** Throws unless each end was seen once. */
    private static Samples lateness(ScenarioContext context, Client user, int count) throws Exception {
        try (var reader = new Reader(context.api(), user)) {
            OpenLoop.run(PER_SECOND, count / 2, LIMIT, () -> user.submit("ended", "", "x"));
            reader.cut();
            OpenLoop.run(PER_SECOND, count - count / 2, LIMIT, () -> user.submit("ended", "", "x"));
            return reader.await(count);
        }
    }

    /** Reads one user's events as lines, on a thread of its own, which reads on after the last one when it was cut off. */
    private static final class Reader implements AutoCloseable {
        /** Events are stored once somebody has been reading for so long. */
        private static final Duration BEGINS = Duration.ofMillis(1_500);

        private final HttpClient http = HttpClient.newHttpClient();
        private final URI feed;
        private final String authorization;
        private final Samples late = new Samples();
        private final Set<String> ended = ConcurrentHashMap.newKeySet();
        private final AtomicReference<@Nullable InputStream> body = new AtomicReference<>();
        private volatile @Nullable Exception failure;
        private volatile boolean closed;

        Reader(URI api, Client user) throws InterruptedException {
            this.feed = api.resolve("/v1/events");
            this.authorization = user.authorization();
            Thread.ofVirtual().start(this::read);
            TimeUnit.MILLISECONDS.sleep(BEGINS.toMillis());
        }

        private void read() {
            var last = "";
            try {
                while (!closed) {
                    last = readAfter(last);
                }
            } catch (IOException | InterruptedException | IllegalStateException e) {
                failure = e;
            }
        }

        private String readAfter(String start) throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(feed)
                    .header("Authorization", authorization)
                    .header("Accept", "application/x-ndjson");
            if (!start.isEmpty()) {
                request.header("Last-Event-ID", start);
            }
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IOException("answered " + response.statusCode());
            }
            var last = start;
            try (var in = response.body();
                    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                body.set(in);
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.isEmpty()) {
                        last = note(line);
                    }
                }
            } catch (IOException cut) {
                // Reads on after the last event.
            }
            return last;
        }

        private String note(String line) {
            var now = Instant.now();
            var event = Codec.readTree(line.getBytes(StandardCharsets.UTF_8));
            var record = event.path("data");
            if (record.path("finishedAt").isTextual()) {
                late.add(
                        Duration.between(Instant.parse(record.path("finishedAt").asText()), now)
                                .toNanos());
                if (!ended.add(record.path("activationId").asText())) {
                    throw new IllegalStateException("seen twice: " + line);
                }
            }
            return event.path("id").asText();
        }

        void cut() throws IOException {
            var open = body.get();
            if (open != null) {
                open.close();
            }
        }

        /** Fails if it cannot read. */
        void check() throws Exception {
            var seen = failure;
            if (seen != null) {
                throw seen;
            }
        }

        /** The ends of so many activations; fails if one is missing. */
        Samples await(int ends) throws Exception {
            long begun = System.nanoTime();
            while (ended.size() < ends) {
                check();
                if (System.nanoTime() - begun > LIMIT.toNanos()) {
                    throw new IOException((ends - ended.size()) + " ends were not seen");
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return late;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            cut();
            http.shutdownNow();
        }
    }
}
