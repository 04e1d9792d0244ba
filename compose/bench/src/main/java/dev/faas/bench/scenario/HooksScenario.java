package dev.faas.bench.scenario;

import dev.faas.bench.measure.BlockedFunction;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Measures the time to accept a request to a hook, with a delivery id, against a submit with a key. They take turns. */
public final class HooksScenario implements Scenario.OnPlatform {
    private static final int PER_SECOND = 200;
    private static final int WARM_UP = 2_000;
    private static final int ROUNDS = 4;
    private static final int A_ROUND = 2_000;
    private static final double PRICE = 1.3;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "hooks";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(BlockedFunction.SLOTS, "1", "FAAS_OWNER_MAX_QUEUED", "1000000");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var user = context.registerUser()) {
            BlockedFunction.create(user, context.image());
            var hook = user.request(
                    HttpMethod.POST,
                    "/v1/hooks",
                    Map.of("name", "hook", "function", BlockedFunction.NAME, "ratePerSecond", 1_000));
            var address = hook.path("url").asText();
            var submit = "/v1/functions/" + BlockedFunction.NAME + "/activations";
            int count = context.count().orElse(A_ROUND);
            load(user, submit, "Idempotency-Key", WARM_UP);
            load(user, address, "webhook-id", WARM_UP);
            var keyed = new Samples();
            var hooked = new Samples();
            for (int i = 0; i < ROUNDS; i++) {
                keyed.addAll(load(user, submit, "Idempotency-Key", count));
                hooked.addAll(load(user, address, "webhook-id", count));
            }
            return new Report(
                    name(),
                    PER_SECOND + " a second, at a fixed rate; each with an id of its own",
                    List.of(
                            keyed.row("POST activation with Idempotency-Key → 202"),
                            hooked.row("POST hook with a delivery id → 202")),
                    List.of(),
                    List.of(
                            TargetResult.atMost("T8", "p50", PRICE * keyed.p50(), hooked.p50(), "ms"),
                            TargetResult.atMost(
                                    "T8", "p99", PRICE * keyed.percentile(0.99), hooked.percentile(0.99), "ms")));
        }
    }

    private static Samples load(Client user, String path, String idHeader, int count) throws Exception {
        return OpenLoop.run(
                PER_SECOND,
                count,
                LIMIT,
                () -> user.post(
                        path,
                        Map.of("argument", "x"),
                        Map.of(idHeader, UUID.randomUUID().toString())));
    }
}
