package dev.faas.bench.scenario;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.BlockedFunction;
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
 * Measures how fast activations are accepted: the 202 comes after the accepted event is stored. No activation runs meanwhile.
 * Measures both settings of {@code FAAS_SYNC} on two platforms in turn, so that a slow minute of the machine affects both.
 */
public final class SubmitScenario implements Scenario {
    private static final int CLIENTS = 16;
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 10_000;
    /** Per round. */
    private static final int SUBMITS = 8_000;

    private static final int WRITES = 4_000;
    private static final int STEADY_SUBMITS = 2_000;
    private static final int WRITTEN_BYTES = 600;
    private static final int PER_SECOND = 500;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "submit";
    }

    @Override
    public Report measure(BenchSetup setup) throws Exception {
        return setup.onPlatform(
                settings("always"),
                1,
                always -> setup.onPlatform(settings("interval"), 1, interval -> compare(always, interval)));
    }

    private static Map<String, String> settings(String sync) {
        return Map.of(BlockedFunction.SLOTS, "1", "FAAS_SYNC", sync);
    }

    private Report compare(ScenarioContext first, ScenarioContext second) throws Exception {
        try (var always = MeasuredSetting.start(first);
                var interval = MeasuredSetting.start(second)) {
            var ratios = new ArrayList<Double>();
            for (int round = 0; round < ROUNDS; round++) {
                // The second of a round has a warmer JVM and a fuller disk, so the order alternates.
                var order = round % 2 == 0 ? List.of(always, interval) : List.of(interval, always);
                for (var subject : order) {
                    subject.measure();
                }
                ratios.add(always.floods.getLast().perSecond()
                        / interval.floods.getLast().perSecond());
            }
            return new Report(
                    name(),
                    "durable submits, " + CLIENTS + " keep-alive clients, then " + PER_SECOND
                            + " a second; FAAS_SYNC=always and =interval in turn, " + ROUNDS + " rounds",
                    Stream.concat(always.rows("always").stream(), interval.rows("interval").stream())
                            .toList(),
                    List.of(
                            percent("submits a second: always, of interval", always.perSecond() / interval.perSecond()),
                            percent("… lowest round", Collections.min(ratios)),
                            percent("… highest round", Collections.max(ratios))),
                    // Targets apply to the default.
                    List.of(
                            TargetResult.atLeast("P5", "submits", 6_000, interval.perSecond(), "per s"),
                            TargetResult.atMost("P6", "p50", 3, interval.steady.p50(), "ms"),
                            TargetResult.atMost("P6", "p99", 20, interval.steady.percentile(0.99), "ms")));
        }
    }

    private static Figure percent(String what, double share) {
        return new Figure(what, share * 100, "%");
    }

    /** One of the two platforms and its results. */
    private record MeasuredSetting(
            Client user,
            BlockedFunction blocked,
            Nats nats,
            List<ClosedLoop.Result> writes,
            List<ClosedLoop.Result> floods,
            Samples steady)
            implements AutoCloseable {
        static MeasuredSetting start(ScenarioContext context) throws Exception {
            var user = context.registerUser();
            var blocked = BlockedFunction.create(user, context.image());
            ClosedLoop.run(CLIENTS, WARM_UP, LIMIT, i -> blocked.submit());
            var nats = Nats.connect(context.natsConfig(), "bench");
            return new MeasuredSetting(user, blocked, nats, new ArrayList<>(), new ArrayList<>(), new Samples());
        }

        void measure() throws Exception {
            var events = new ActivationEvents(nats);
            writes.add(ClosedLoop.run(1, WRITES, LIMIT, i -> write(events)));
            floods.add(ClosedLoop.run(CLIENTS, SUBMITS, LIMIT, i -> blocked.submit()));
            steady.addAll(OpenLoop.run(PER_SECOND, STEADY_SUBMITS, LIMIT, () -> blocked.submit()));
        }

        double perSecond() {
            return ClosedLoop.Result.combine(floods).perSecond();
        }

        List<Row> rows(String sync) {
            return List.of(
                    ClosedLoop.Result.combine(writes).row(sync + ": a write to the event stream, one after another"),
                    ClosedLoop.Result.combine(floods).row(sync + ": POST → 202, " + CLIENTS + " clients at once"),
                    steady.row(sync + ": POST → 202, " + PER_SECOND + " a second, from the due time"));
        }

        /** A write by NATS alone, for comparison: each submit makes two of them. */
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
