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
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long one request with many items takes, against single submits; and a job that cancels all of them, while another
 * user submits.
 */
public final class BatchesScenario implements Scenario.OnPlatform {
    private static final int COUNT = 50_000;
    private static final int WARM_UP = 10_000;
    private static final int CLIENTS = 16;
    private static final int OTHERS_PER_SECOND = 50;
    private static final int OTHERS = 500;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public String name() {
        return "batches";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(BlockedFunction.SLOTS, "1", "FAAS_OWNER_MAX_QUEUED", "1000000", "FAAS_EVENTS_MB", "8192");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var user = context.registerUser();
                var other = context.registerUser()) {
            var blocked = BlockedFunction.create(user, context.image());
            other.createFunction(Map.of("name", "other", "image", context.image()));
            int count = context.count().orElse(COUNT);
            ClosedLoop.run(CLIENTS, WARM_UP, LIMIT, i -> blocked.submit());
            Client.await(submitBatch(user, WARM_UP));

            var single = ClosedLoop.run(CLIENTS, count, LIMIT, i -> blocked.submit());
            var batch = ClosedLoop.run(1, 1, LIMIT, i -> submitBatch(user, count));

            var alone = submits(other);
            long begun = System.nanoTime();
            var job = user.request(
                    HttpMethod.POST,
                    "/v1/jobs",
                    Map.of("action", "cancel", "filter", Map.of("status", List.of("queued"))));
            var meanwhile = submits(other);
            double cancelled = awaitEnd(user, job.path("jobId").asText());
            double perSecond = cancelled / ((System.nanoTime() - begun) / 1e9);
            return new Report(
                    name(),
                    count + " items; then all that is queued is cancelled",
                    List.of(
                            single.row("POST → 202, " + CLIENTS + " clients at once"),
                            batch.row("all in one request"),
                            alone.row("another user's POST → 202"),
                            meanwhile.row("… while the job cancels")),
                    List.of(new Figure("cancelled a second, of " + (long) cancelled, perSecond, "per s")),
                    List.of(
                            TargetResult.atMost(
                                    "T7",
                                    "one request, of single submits",
                                    0.6,
                                    (double) batch.elapsed().toNanos()
                                            / single.elapsed().toNanos(),
                                    ""),
                            TargetResult.atLeast("T11", "cancelled", 2_000, perSecond, "per s"),
                            TargetResult.atMost(
                                    "T11",
                                    "another user, p99",
                                    2 * alone.percentile(0.99),
                                    meanwhile.percentile(0.99),
                                    "ms")));
        }
    }

    private static Future<Buffer> submitBatch(Client user, int items) {
        return user.post(
                "/v1/functions/" + BlockedFunction.NAME + "/batches",
                "application/x-ndjson",
                Buffer.buffer("{\"argument\":\"x\"}\n".repeat(items)));
    }

    private static Samples submits(Client user) throws Exception {
        return OpenLoop.run(OTHERS_PER_SECOND, OTHERS, LIMIT, () -> user.submit("other", "", "x"));
    }

    private static long awaitEnd(Client user, String job) throws Exception {
        long begun = System.nanoTime();
        while (true) {
            var state = user.request(HttpMethod.GET, "/v1/jobs/" + job, null);
            if (!state.path("endedAt").isNull()) {
                return state.path("done").asLong();
            }
            if (System.nanoTime() - begun > LIMIT.toNanos()) {
                throw new IOException("the job has not ended after " + LIMIT.toMinutes() + " min: " + state);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
