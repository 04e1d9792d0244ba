package dev.faas.bench.scenario;

import dev.faas.activation.CommandQueue;
import dev.faas.bench.measure.BlockedFunction;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.nats.Nats;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Measures how late schedules submit: single times on an idle platform, 1,000 at once, and many at once while another user has
 * a time each second. The activations stay in the queue.
 */
public final class SchedulesScenario implements Scenario.OnPlatform {
    private static final int SINGLE = 40;
    private static final int SPACING_MILLIS = 500;
    private static final int SOME = 1_000;
    private static final int MANY = 20_000;
    /** Submits whose speed is the aim. */
    private static final int BASELINE = 5_000;

    private static final int WARM_UP = 5_000;
    private static final int CLIENTS = 16;
    private static final Duration AHEAD = Duration.ofSeconds(3);
    /** Of the time that making the schedules is expected to take. */
    private static final double RESERVE = 2.5;

    private static final Duration TO_MAKE_SOME = Duration.ofMinutes(1);

    private static final Duration LIMIT = Duration.ofMinutes(20);

    @Override
    public String name() {
        return "schedules";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(
                BlockedFunction.SLOTS,
                "1",
                "FAAS_OWNER_MAX_SCHEDULES",
                "1000000",
                "FAAS_OWNER_MAX_SCHEDULE_TICKS_PER_HOUR",
                "1000000000",
                "FAAS_OWNER_MAX_QUEUED",
                "1000000",
                "FAAS_ACCESS_TOKEN_LIFETIME",
                "12h");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var user = context.registerUser();
                var other = context.registerUser();
                var nats = Nats.connect(context.natsConfig(), "bench")) {
            var blocked = BlockedFunction.create(user, context.image());
            var queue = new Queue(new CommandQueue(nats), blocked);
            var late = single(user);
            ClosedLoop.run(CLIENTS, WARM_UP, LIMIT, i -> blocked.submit());
            var durable = ClosedLoop.run(CLIENTS, BASELINE, LIMIT, i -> blocked.submit());
            var some = atOnce("some", user, queue, SOME, TO_MAKE_SOME);
            int count = context.count().orElse(MANY);
            other.createFunction(Map.of("name", "other", "image", context.image()));
            Client.await(create(
                    other, "each-second", Map.of("function", "other", "cron", "@every 1s", "overlap", "allowAll")));
            var creationsPerSecond = some.created().perSecond();
            var many = atOnce(
                    "many",
                    user,
                    queue,
                    count,
                    Duration.ofMillis((long) (count / creationsPerSecond * 1_000 * RESERVE))
                            .plusSeconds(10));
            pauseUntil(many.due().plus(AHEAD)); // so that there are some of the other user's
            var others = lateness(other, "each-second", many.due());
            return new Report(
                    name(),
                    SINGLE + " single times; then " + SOME + " and " + count + " at once",
                    List.of(
                            late.row("nominal time → accepted, idle platform"),
                            durable.row("POST → 202, " + CLIENTS + " clients at once"),
                            some.created().row("schedules made, " + CLIENTS + " clients at once"),
                            others.row("another user's times meanwhile → accepted")),
                    List.of(
                            new Figure(SOME + " at once → all in the queue", millis(some.took()), "ms"),
                            new Figure(count + " at once → in the queue, a second", many.perSecond(), "per s")),
                    List.of(
                            TargetResult.atMost("T1", "p50", 50, late.p50(), "ms"),
                            TargetResult.atMost("T1", "p99", 500, late.percentile(0.99), "ms"),
                            TargetResult.atMost(
                                    "T1",
                                    "1,000 at once",
                                    1.5 * SOME / durable.perSecond() * 1_000 + 500,
                                    millis(some.took()),
                                    "ms"),
                            TargetResult.atLeast(
                                    "T2", "at once, of submits", 0.8, many.perSecond() / durable.perSecond(), ""),
                            TargetResult.atMost("T2", "another user, p95", 2_000, others.percentile(0.95), "ms")));
        }
    }

    private static Samples single(Client user) throws Exception {
        var first = Instant.now().plus(AHEAD);
        for (int i = 0; i < SINGLE; i++) {
            Client.await(create(user, "single-" + i, once(first.plusMillis((long) i * SPACING_MILLIS))));
        }
        pauseUntil(first.plusMillis((long) SINGLE * SPACING_MILLIS).plus(AHEAD));
        var late = new Samples();
        for (int i = 0; i < SINGLE; i++) {
            late.addAll(lateness(user, "single-" + i, first));
        }
        return late;
    }

    private static void pauseUntil(Instant end) throws InterruptedException {
        while (Instant.now().isBefore(end)) {
            TimeUnit.MILLISECONDS.sleep(SPACING_MILLIS);
        }
    }

    private static Map<String, Object> once(Instant at) {
        return Map.of("function", BlockedFunction.NAME, "at", at.toString());
    }

    private static Future<Buffer> create(Client user, String name, Map<String, Object> members) {
        var body = new HashMap<>(members);
        body.put("name", name);
        return user.post("/v1/schedules", body);
    }

    /** From the nominal times to the accepted events, of the newest times since then. */
    private static Samples lateness(Client user, String schedule, Instant since) throws Exception {
        var late = new Samples();
        var ticks = user.request(
                HttpMethod.GET, "/v1/schedules/" + schedule + "/ticks?limit=100&outcome=fired&since=" + since, null);
        for (var tick : ticks.path("items")) {
            var activation = user.request(
                    HttpMethod.GET,
                    "/v1/activations/" + tick.path("activationId").asText(),
                    null);
            var nominal = Instant.parse(tick.path("nominalTime").asText());
            var accepted = Instant.parse(activation.path("submittedAt").asText());
            late.add(Duration.between(nominal, accepted).toNanos());
        }
        return late;
    }

    /** What it took to make schedules that are due at once, and to submit all of them from then on. */
    private record AtOnce(int count, Instant due, ClosedLoop.Result created, Duration took) {
        double perSecond() {
            return count / (took.toNanos() / 1e9);
        }
    }

    private static AtOnce atOnce(String prefix, Client user, Queue queue, int count, Duration ahead) throws Exception {
        var due = Instant.now().plus(ahead);
        long before = queue.length();
        IntFunction<Future<?>> create = i -> create(user, prefix + "-" + i, once(due));
        var created = ClosedLoop.run(CLIENTS, count, LIMIT, create);
        if (Instant.now().isAfter(due)) {
            throw new IOException("they were due before all were made: choose fewer");
        }
        while (queue.length() < before + count) {
            if (Instant.now().isAfter(due.plus(LIMIT))) {
                throw new IOException("not all are queued within " + LIMIT.toMinutes() + " min");
            }
        }
        return new AtOnce(count, due, created, Duration.between(due, Instant.now()));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** Of the blocked function. */
    private record Queue(CommandQueue commands, BlockedFunction blocked) {
        long length() throws Exception {
            return commands.stats(blocked.definition().path("id").asText())
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .map(CommandQueue.QueueStats::queued)
                    .orElse(0L);
        }
    }
}
