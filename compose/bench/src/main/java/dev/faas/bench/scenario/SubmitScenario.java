package dev.faas.bench.scenario;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.nats.Nats;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How fast activations are accepted: the 202 comes once the accepted event is stored. Nothing of it runs meanwhile. Measures
 * both settings of {@code FAAS_SYNC} on two platforms in turn, so that a slow minute of the machine slows both.
 */
public final class SubmitScenario implements Scenario {
    private static final int CLIENTS = 16;
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 10_000;
    /** Of each round. */
    private static final int SUBMITS = 8_000;

    private static final int WRITES = 4_000;
    private static final int STEADY = 2_000;
    private static final int WRITTEN_BYTES = 600;
    private static final int PER_SECOND = 500;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "submit";
    }

    @Override
    public String what() {
        return "durable submits, " + CLIENTS + " keep-alive clients, then " + PER_SECOND
                + " a second; FAAS_SYNC=always and =interval in turn, " + ROUNDS + " rounds";
    }

    @Override
    public Report measure(BenchSetup setup) throws Exception {
        return setup.with(
                settings("always"),
                1,
                always -> setup.with(settings("interval"), 1, interval -> compare(always, interval)));
    }

    private static Map<String, String> settings(String sync) {
        return Map.of("FAAS_SLOTS", "1", "FAAS_SYNC", sync);
    }

    private Report compare(ScenarioContext first, ScenarioContext second) throws Exception {
        try (var always = Measured.on(first);
                var interval = Measured.on(second)) {
            var ratios = new ArrayList<Double>();
            for (int round = 0; round < ROUNDS; round++) {
                // What comes second in a round has the better-trained JVM and the fuller disk: they take turns in that,
                // too.
                var order = round % 2 == 0 ? List.of(always, interval) : List.of(interval, always);
                for (var subject : order) {
                    subject.measure();
                }
                ratios.add(always.floods.getLast().perSecond()
                        / interval.floods.getLast().perSecond());
            }
            return new Report(
                    name(),
                    what(),
                    Stream.concat(always.rows("always").stream(), interval.rows("interval").stream())
                            .toList(),
                    List.of(
                            percent("submits a second: always, of interval", always.perSecond() / interval.perSecond()),
                            percent("… in the round where it was least", Collections.min(ratios)),
                            percent("… in the round where it was most", Collections.max(ratios))),
                    // Of the default.
                    List.of(
                            TargetResult.atLeast("P5", "submits", 6_000, interval.perSecond(), "per s"),
                            TargetResult.atMost("P6", "p50", 3, interval.steady.p50(), "ms"),
                            TargetResult.atMost("P6", "p99", 20, interval.steady.percentile(0.99), "ms")));
        }
    }

    private static Figure percent(String what, double share) {
        return new Figure(what, share * 100, "%");
    }

    /** One of the two platforms, and what was measured on it. */
    private record Measured(
            Client user, Nats nats, List<ClosedLoop.Done> writes, List<ClosedLoop.Done> floods, Samples steady)
            implements AutoCloseable {
        static Measured on(ScenarioContext stage) throws Exception {
            var user = stage.user();
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
            var nats = Nats.connect(stage.bus(), "bench");
            return new Measured(user, nats, new ArrayList<>(), new ArrayList<>(), new Samples());
        }

        void measure() throws Exception {
            var events = new ActivationEvents(nats);
            writes.add(ClosedLoop.run(1, WRITES, LIMIT, i -> write(events)));
            floods.add(ClosedLoop.run(CLIENTS, SUBMITS, LIMIT, i -> user.submit("queued", "", "x")));
            steady.addAll(OpenLoop.run(PER_SECOND, STEADY, LIMIT, () -> user.submit("queued", "", "x")));
        }

        double perSecond() {
            return ClosedLoop.Done.of(floods).perSecond();
        }

        List<Row> rows(String sync) {
            return List.of(
                    ClosedLoop.Done.of(writes).row(sync + ": a write to the bus, one after another"),
                    ClosedLoop.Done.of(floods).row(sync + ": POST → 202, " + CLIENTS + " clients at once"),
                    steady.row(sync + ": POST → 202, " + PER_SECOND + " a second, from when it was due"));
        }

        /** What a client of NATS gets here without all the rest: two of them are behind each submit. */
        private static Future<Long> write(ActivationEvents events) {
            var chunk = new OutputChunk("none", Source.STDOUT, 0, Instant.EPOCH, new byte[WRITTEN_BYTES]);
            return Future.fromCompletionStage(events.appendOutput(Ids.activation(Instant.now()), chunk));
        }

        @Override
        public void close() {
            user.close();
            nats.close();
        }
    }
}
