package dev.faas.bench.measure;

import java.time.Duration;
import java.util.Map;

/** Warms up a platform: a benchmark measures one that has run for a while. */
public final class WarmUp {
    private static final int RUNS = 3_000;
    private static final int CLIENTS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private WarmUp() {}

    /** Runs many activations, so that their code path is compiled. Reused containers make this quick. */
    public static void run(Client user, String image) throws Exception {
        user.createFunction(Map.of("name", "warm-up", "image", image, "mode", "reused", "concurrency", CLIENTS));
        ClosedLoop.run(CLIENTS, RUNS, LIMIT, i -> user.submit("warm-up", "?wait=30", "x"));
    }
}
