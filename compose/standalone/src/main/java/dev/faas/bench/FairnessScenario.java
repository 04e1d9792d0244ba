package dev.faas.bench;

import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long one user waits, once a second, while others have far more to do than the platform can run. */
final class FairnessScenario implements Scenario {
    /** Who the others are, and what they do. */
    enum Others {
        FLOOD("another user has 10,000 queued", 1, 10_000, 0.5),
        LONG("another user has 200 queued that take two minutes each", 1, 200, 120),
        MANY("200 other users have 50 queued each", 200, 50, 0.5);

        private final String text;
        private final int users;
        private final int each;
        private final double seconds;

        Others(String text, int users, int each, double seconds) {
            this.text = text;
            this.users = users;
            this.each = each;
            this.seconds = seconds;
        }
    }

    private static final int CLIENTS = 16;
    private static final int RUNS = 30;
    private static final int WARM_UP = 5;
    private static final double OWN_SECONDS = 0.2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Others others;

    FairnessScenario(Others others) {
        this.others = others;
    }

    @Override
    public String name() {
        return "fairness";
    }

    @Override
    public String what() {
        return "one user submits once a second; " + others.text;
    }

    @Override
    public Report run(Stage stage) throws Exception {
        try (var user = stage.user()) {
            user.function(sleeping(stage, OWN_SECONDS));
            var alone = submitEverySecond(user);
            var waiting = new ArrayList<Client>();
            try {
                for (int i = 0; i < others.users; i++) {
                    waiting.add(stage.user());
                    waiting.getLast().function(sleeping(stage, others.seconds));
                }
                ClosedLoop.run(
                        CLIENTS,
                        others.users * others.each,
                        LIMIT,
                        i -> waiting.get(i % others.users).submit("sleep", "", "x"));
                var crowded = submitEverySecond(user);
                return report(alone, crowded);
            } finally {
                for (var each : waiting) {
                    each.ask(HttpMethod.DELETE, "/v1/functions/sleep", null);
                    each.close();
                }
            }
        }
    }

    private Report report(Samples alone, Samples crowded) {
        // For a slot of another's to become free; with runs of minutes nobody is to wait for one.
        double run = others == Others.LONG ? 0 : others.seconds * 1000;
        return new Report(
                name(),
                what(),
                List.of(alone.row("POST → result, alone"), crowded.row("POST → result, while " + others.text)),
                List.of(Verdict.atMost("P9", "p95", 2 * alone.percentile(0.95) + run, crowded.percentile(0.95), "ms")));
    }

    private static Map<String, ?> sleeping(Stage stage, double seconds) {
        return Map.of(
                "name",
                "sleep",
                "image",
                stage.image(),
                "entrypoint",
                List.of("/busybox", "sh", "-c", "exec /busybox sleep " + seconds),
                "limits",
                Map.of("timeoutSeconds", 600),
                "concurrency",
                100,
                "queue",
                Map.of("maxPending", 20_000));
    }

    private static Samples submitEverySecond(Client user) throws Exception {
        var samples = new Samples();
        for (int i = -WARM_UP; i < RUNS; i++) {
            long begin = System.nanoTime();
            var ended = Client.tree(Client.await(user.submit("sleep", "?wait=60", "x")));
            long took = System.nanoTime() - begin;
            if (!ended.path("status").asText().equals("succeeded")) {
                throw new IllegalStateException("the activation ended so: " + ended);
            }
            if (i >= 0) {
                samples.add(took);
            }
            Thread.sleep(Math.max(0, 1000 - took / 1_000_000));
        }
        return samples;
    }
}
