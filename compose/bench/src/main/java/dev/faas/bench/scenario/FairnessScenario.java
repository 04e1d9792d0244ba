package dev.faas.bench.scenario;

import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures how long one user waits, once a second, while other users have queued more than the platform can run. */
public final class FairnessScenario implements Scenario.OnPlatform {
    /** The load of the other users. */
    public enum Others {
        FLOOD("another user has 10,000 queued", 1, 10_000, 0.5, 30),
        LONG("another user has 200 queued that take two minutes each", 1, 200, 120, 30),
        /** All users get equal shares: the measured one waits for a round of all others. */
        MANY("200 other users have 50 queued each", 200, 50, 0.5, 6);

        private final String text;
        private final int users;
        private final int each;
        private final double seconds;
        private final int measured;

        /**
         * @param seconds of each of their runs
         * @param measured runs of the measured user
         */
        Others(String text, int users, int each, double seconds, int measured) {
            this.text = text;
            this.users = users;
            this.each = each;
            this.seconds = seconds;
            this.measured = measured;
        }
    }

    private static final int CLIENTS = 16;
    private static final int RUNS = 30;
    private static final int WARM_UP = 5;
    private static final double OWN_SECONDS = 0.2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Of all spawners together. */
    private static final int SLOTS = 16;

    private final Others others;
    private final int spawners;

    public FairnessScenario(Others others, int spawners) {
        this.others = others;
        this.spawners = spawners;
    }

    @Override
    public String name() {
        return "fairness";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_SLOTS", Integer.toString(SLOTS / spawners));
    }

    @Override
    public int spawners() {
        return spawners;
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var user = context.registerUser()) {
            user.createFunction(sleepFunction(context, OWN_SECONDS));
            var alone = submitEverySecond(user, WARM_UP, RUNS);
            var waiting = new ArrayList<Client>();
            try {
                for (int i = 0; i < others.users; i++) {
                    waiting.add(context.registerUser());
                    waiting.getLast().createFunction(sleepFunction(context, others.seconds));
                }
                int each = Math.max(1, context.count().orElse(others.users * others.each) / others.users);
                ClosedLoop.run(
                        CLIENTS,
                        others.users * each,
                        LIMIT,
                        i -> waiting.get(i % others.users).submit("sleep", "", "x"));
                var crowded = submitEverySecond(user, 1, others.measured);
                return report(alone, crowded);
            } finally {
                for (var each : waiting) {
                    each.request(HttpMethod.DELETE, "/v1/functions/sleep", null);
                    each.close();
                }
            }
        }
    }

    /**
     * The times of one run after another.
     *
     * @param results from the request to the response with the result
     * @param waits from the acceptance to the start of the command, as the activation record says
     */
    private record WaitTimes(Samples results, Samples waits) {
        List<Row> rows(String when) {
            return List.of(waits.row("accepted → its command runs, " + when), results.row("POST → result, " + when));
        }
    }

    private Report report(WaitTimes alone, WaitTimes crowded) {
        // The time until another user's run frees a slot. With runs of minutes, nobody should wait for that.
        double run = others == Others.LONG ? 0 : others.seconds * 1000;
        var rows = new ArrayList<>(alone.rows("alone"));
        rows.addAll(crowded.rows("while " + others.text));
        return new Report(
                name(),
                "one user submits once a second; " + others.text + (spawners == 1 ? "" : "; " + spawners + " spawners"),
                rows,
                others == Others.MANY
                        ? List.of()
                        : List.of(TargetResult.atMost(
                                "P9",
                                "wait p95",
                                2 * alone.waits.percentile(0.95) + run,
                                crowded.waits.percentile(0.95),
                                "ms")));
    }

    private static Map<String, ?> sleepFunction(ScenarioContext context, double seconds) {
        return Map.of(
                "name",
                "sleep",
                "image",
                context.image(),
                "entrypoint",
                List.of("/busybox", "sh", "-c", "exec /busybox sleep " + seconds),
                "limits",
                Map.of("timeoutSeconds", 600),
                "concurrency",
                100,
                "queue",
                Map.of("maxPending", 20_000));
    }

    private static WaitTimes submitEverySecond(Client user, int warmUp, int runs) throws Exception {
        var waited = new WaitTimes(new Samples(), new Samples());
        for (int i = -warmUp; i < runs; i++) {
            long begin = System.nanoTime();
            var ended = Client.readTree(Client.await(user.submit("sleep", "?wait=60", "x")));
            long took = System.nanoTime() - begin;
            if (!ended.path("status").asText().equals("succeeded")) {
                throw new IllegalStateException("the activation did not succeed: " + ended);
            }
            if (i >= 0) {
                waited.results.add(took);
                waited.waits.add(Duration.ofMillis(ended.path("waitMs").asLong()
                                + ended.path("startMs").asLong())
                        .toNanos());
            }
            Thread.sleep(Math.max(0, 1000 - took / 1_000_000));
        }
        return waited;
    }
}
