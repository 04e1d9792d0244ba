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
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures how late delayed submits begin: single ones on an idle platform, until a spawner takes them; and many that are due
 * at once, until all are in the queue.
 */
public final class DelayedScenario implements Scenario.OnPlatform {
    private static final int SINGLE = 40;
    private static final int SPACING_MILLIS = 500;
    private static final int AT_ONCE = 5_000;
    private static final int CLIENTS = 16;
    private static final Duration AHEAD = Duration.ofSeconds(3);
    /** Of the time that the submits are expected to take. */
    private static final double RESERVE = 2.5;

    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "delayed";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(BlockedFunction.SLOTS, "1", "FAAS_OWNER_MAX_QUEUED", "1000000");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var user = context.registerUser();
                var nats = Nats.connect(context.natsConfig(), "bench")) {
            var late = single(context, user);
            int count = context.count().orElse(AT_ONCE);
            var blocked = BlockedFunction.create(user, context.image());
            var durable = ClosedLoop.run(CLIENTS, count, LIMIT, i -> blocked.submit());
            var toSubmit = Duration.ofMillis((long) (count / durable.perSecond() * 1_000 * RESERVE))
                    .plus(AHEAD);
            double perSecond = count / seconds(atOnce(user, new CommandQueue(nats), blocked, count, toSubmit));
            return new Report(
                    name(),
                    SINGLE + " delayed submits, due one after another; then many that are due at once",
                    List.of(
                            late.row("due → taken by a spawner, idle platform"),
                            durable.row("POST → 202, " + CLIENTS + " clients at once")),
                    List.of(new Figure(count + " due at once → in the queue, a second", perSecond, "per s")),
                    List.of(
                            TargetResult.atMost("T1", "p50", 50, late.p50(), "ms"),
                            TargetResult.atMost("T1", "p99", 500, late.percentile(0.99), "ms"),
                            TargetResult.atLeast(
                                    "T2", "due at once, of submits", 0.8, perSecond / durable.perSecond(), "")));
        }
    }

    private static Samples single(ScenarioContext context, Client user) throws Exception {
        user.createFunction(Map.of("name", "later", "image", context.image()));
        user.awaitEnd(id(user, "later", ""));
        var first = Instant.now().plus(AHEAD);
        var ids = new ArrayList<String>();
        for (int i = 0; i < SINGLE; i++) {
            ids.add(id(user, "later", "?notBefore=" + first.plusMillis((long) i * SPACING_MILLIS)));
        }
        var late = new Samples();
        for (var id : ids) {
            late.add(TimeUnit.MILLISECONDS.toNanos(
                    user.awaitEnd(id).path("phases").path("queueMs").asLong()));
        }
        return late;
    }

    private static String id(Client user, String function, String query) throws Exception {
        return Client.readTree(Client.await(user.submit(function, query, "x")))
                .path("activationId")
                .asText();
    }

    /** From the time when they are due. */
    private static Duration atOnce(Client user, CommandQueue queue, BlockedFunction blocked, int count, Duration ahead)
            throws Exception {
        var due = Instant.now().plus(ahead);
        long before = queued(queue, blocked);
        ClosedLoop.run(CLIENTS, count, LIMIT, i -> user.submit(BlockedFunction.NAME, "?notBefore=" + due, "x"));
        if (Instant.now().isAfter(due)) {
            throw new IOException("they were due before all were submitted: choose fewer");
        }
        while (queued(queue, blocked) < before + count) {
            if (Instant.now().isAfter(due.plus(LIMIT))) {
                throw new IOException("not all are queued within " + LIMIT.toSeconds() + " s");
            }
        }
        return Duration.between(due, Instant.now());
    }

    private static long queued(CommandQueue queue, BlockedFunction blocked) throws Exception {
        return queue.stats(blocked.definition().path("id").asText())
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .map(CommandQueue.QueueStats::queued)
                .orElse(0L);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
