package dev.faas.bench.measure;

import java.time.Duration;
import java.util.Map;

/** What is measured is a platform that has run for a while. */
public final class WarmUp {
    private static final int RUNS = 3_000;
    private static final int CLIENTS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private WarmUp() {}

    /** The path of an activation is compiled then; reused containers are quick. */
    public static void of(Client user, String image) throws Exception {
        user.function(Map.of("name", "warm-up", "image", image, "mode", "reused", "concurrency", CLIENTS));
        ClosedLoop.run(CLIENTS, RUNS, LIMIT, i -> user.submit("warm-up", "?wait=30", "x"));
    }
}
