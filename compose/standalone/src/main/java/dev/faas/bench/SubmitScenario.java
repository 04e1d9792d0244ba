package dev.faas.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How fast activations are accepted: the 202 comes once the accepted event is stored. Nothing of it runs meanwhile. */
final class SubmitScenario implements Scenario.OnPlatform {
    private static final int CLIENTS = 16;
    private static final int WARM_UP = 20_000;
    private static final int TOTAL = 40_000;
    private static final int PER_SECOND = 500;
    private static final int STEADY = 10_000;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "submit";
    }

    @Override
    public String what() {
        return "durable submits, " + CLIENTS + " keep-alive clients, then " + PER_SECOND + " a second";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_SLOTS", "1");
    }

    @Override
    public Report run(Stage stage) throws Exception {
        try (var user = stage.user()) {
            // Its first activation holds the only slot; the others stay queued.
            user.function(Map.of(
                    "name",
                    "queued",
                    "image",
                    stage.image(),
                    "entrypoint",
                    // The argument is the shell's $0: nothing of it may end the sleep.
                    List.of("/busybox", "sh", "-c", "exec /busybox sleep 600"),
                    "concurrency",
                    1));
            Client.await(user.submit("queued", "", ""));
            ClosedLoop.run(CLIENTS, WARM_UP, LIMIT, i -> user.submit("queued", "", "x"));
            var flood = ClosedLoop.run(CLIENTS, TOTAL, LIMIT, i -> user.submit("queued", "", "x"));
            var steady = OpenLoop.run(PER_SECOND, STEADY, LIMIT, () -> user.submit("queued", "", "x"));

            return new Report(
                    name(),
                    what(),
                    List.of(
                            flood.row("POST → 202, " + CLIENTS + " clients at once"),
                            steady.row("POST → 202, " + PER_SECOND + " a second, from when it was due")),
                    List.of(
                            Verdict.atLeast("P5", "submits", 6_000, flood.perSecond(), "per s"),
                            Verdict.atMost("P6", "p50", 3, steady.p50(), "ms"),
                            Verdict.atMost("P6", "p99", 20, steady.percentile(0.99), "ms")));
        }
    }
}
