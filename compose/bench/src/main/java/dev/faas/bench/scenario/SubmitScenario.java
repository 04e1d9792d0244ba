package dev.faas.bench.scenario;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.nats.Nats;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** How fast activations are accepted: the 202 comes once the accepted event is stored. Nothing of it runs meanwhile. */
public final class SubmitScenario implements Scenario.OnPlatform {
    private static final int CLIENTS = 16;
    private static final int WARM_UP = 20_000;
    private static final int TOTAL = 40_000;
    private static final int WRITES = 20_000;
    private static final int WRITTEN_BYTES = 600;
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
    public Report run(ScenarioContext stage) throws Exception {
        try (var user = stage.user();
                var nats = Nats.connect(stage.bus(), "bench")) {
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
            var events = new ActivationEvents(nats);
            var writes = ClosedLoop.run(1, WRITES, LIMIT, i -> write(events));
            var flood = ClosedLoop.run(CLIENTS, TOTAL, LIMIT, i -> user.submit("queued", "", "x"));
            var steady = OpenLoop.run(PER_SECOND, STEADY, LIMIT, () -> user.submit("queued", "", "x"));

            return new Report(
                    name(),
                    what(),
                    List.of(
                            writes.row("a write to the bus, one after another"),
                            flood.row("POST → 202, " + CLIENTS + " clients at once"),
                            steady.row("POST → 202, " + PER_SECOND + " a second, from when it was due")),
                    List.of(
                            TargetResult.atLeast("P5", "submits", 6_000, flood.perSecond(), "per s"),
                            TargetResult.atMost("P6", "p50", 3, steady.p50(), "ms"),
                            TargetResult.atMost("P6", "p99", 20, steady.percentile(0.99), "ms")));
        }
    }

    /** What a client of NATS gets here without all the rest: two of them are behind each submit. */
    private static Future<Long> write(ActivationEvents events) {
        var chunk = new OutputChunk("none", Source.STDOUT, 0, Instant.EPOCH, new byte[WRITTEN_BYTES]);
        return Future.fromCompletionStage(events.appendOutput(Ids.activation(Instant.now()), chunk));
    }
}
