package dev.faas.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.bench.measure.BlockedFunction;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.FinishedActivations;
import dev.faas.bench.measure.Memory;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.nats.Nats;
import dev.faas.wire.FunctionSpec;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Measures what a long history costs: the same requests before and after many activations of one user have ended. */
public final class HistoryScenario implements Scenario.OnPlatform {
    private static final int DEFAULT_COUNT = 1_000_000;
    /** The baseline is almost empty: GET requests need some activations. */
    private static final int BASELINE_COUNT = 1_000;

    private static final int REQUESTS = 3_000;
    private static final int LIST_REQUESTS = 1_000;
    private static final int RARE_REQUESTS = 100;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long TOLERANCE_BYTES = 64 * 1024;
    private static final double MIB = 1 << 20;
    private static final double MAX_RATIO = 1.2;

    @Override
    public String name() {
        return "history";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(BlockedFunction.SLOTS, "1", "FAAS_EVENTS_RETENTION", "10s", "FAAS_ACCESS_TOKEN_LIFETIME", "12h");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int count = context.count().orElse(DEFAULT_COUNT);
        try (var user = context.registerUser();
                var stranger = context.registerUser();
                var nats = Nats.connect(context.natsConfig(), "bench")) {
            var blocked = BlockedFunction.create(user, context.image());
            var function = blocked.definition();
            var history = new FinishedActivations(
                    nats,
                    function.path("owner").asText(),
                    key(function),
                    FunctionSpec.of(BlockedFunction.NAME, context.image()));
            long nothing = history.storedBytes();
            var few = history.write(BASELINE_COUNT);
            history.awaitStoredBytes(nothing + TOLERANCE_BYTES, LIMIT);
            RequestTimes.measure(blocked, stranger, few, count); // a warm-up
            var before = RequestTimes.measure(blocked, stranger, few, count);
            var memoryBefore = Memory.ofTree(ProcessHandle.current());

            long empty = history.storedBytes();
            long begin = System.nanoTime();
            var many = history.write(count);
            double made = count / seconds(begin);
            long peak = history.storedBytes();
            history.awaitStoredBytes(empty + TOLERANCE_BYTES, LIMIT);
            double pruned = count / seconds(begin);
            long left = history.storedBytes() - empty;
            var after = RequestTimes.measure(blocked, stranger, many, count);
            var memoryAfter = Memory.ofTree(ProcessHandle.current());

            var rows = new ArrayList<>(before.rows(BASELINE_COUNT + " ended"));
            rows.addAll(after.rows("%,d ended".formatted(count)));
            return new Report(
                    name(),
                    "one request after another, before and after many activations of one user have ended",
                    rows,
                    List.of(
                            new Figure("activations written to the event stream", made, "per s"),
                            new Figure("… and copied to the ledger and pruned", pruned, "per s"),
                            new Figure("event stream when the last was written", peak / MIB, "MiB"),
                            new Figure("event stream after pruning, beyond the baseline", left / 1024.0, "KiB"),
                            natsMemory("nats-server resident, before", memoryBefore),
                            natsMemory("nats-server resident, after", memoryAfter)),
                    after.targets(before));
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Figure natsMemory(String what, List<Memory> memory) {
        return new Figure(what, Memory.residentMib(memory, "nats-server"), "MiB");
    }

    private static FunctionKey key(JsonNode function) {
        return new FunctionKey(
                function.path("id").asText(),
                function.path("name").asText(),
                function.path("revision").asInt());
    }

    /**
     * The durations of each kind of request.
     *
     * @param list of the newest activations
     * @param rare a list by a status that no activation has: it needs an index, or reads all
     * @param others a list of a user without activations
     */
    private record RequestTimes(Samples submit, Samples get, Samples list, Samples rare, Samples others) {
        /**
         * @param ended ids of activations to get, in turn
         * @param most requests of a kind
         */
        static RequestTimes measure(BlockedFunction blocked, Client stranger, List<String> ended, int most)
                throws Exception {
            var user = blocked.user();
            var submit = repeat(Math.min(REQUESTS, most), i -> blocked.submit());
            var get = repeat(
                    Math.min(REQUESTS, most),
                    i -> user.get("/v1/activations/" + ended.get(i * 7 % ended.size()))
                            .compose(answer -> Client.readTree(answer)
                                            .path("status")
                                            .asText()
                                            .equals("succeeded")
                                    ? Future.succeededFuture()
                                    : Future.failedFuture(
                                            new IOException("the activation did not succeed: " + answer))));
            var list = repeat(Math.min(LIST_REQUESTS, most), i -> user.get("/v1/activations"));
            var rare = repeat(RARE_REQUESTS, i -> user.get("/v1/activations?status=failed"));
            var others = repeat(Math.min(LIST_REQUESTS, most), i -> stranger.get("/v1/activations"));
            return new RequestTimes(submit, get, list, rare, others);
        }

        private static Samples repeat(int count, IntFunction<Future<?>> request) throws Exception {
            return ClosedLoop.run(1, count, LIMIT, request).samples();
        }

        List<Row> rows(String when) {
            return List.of(
                    submit.row("POST → 202, " + when),
                    get.row("GET …/activations/{id} of one that has ended, " + when),
                    list.row("GET …/activations, " + when),
                    rare.row("GET …/activations?status=failed, of which there are none, " + when),
                    others.row("GET …/activations of another user, who has none, " + when));
        }

        List<TargetResult> targets(RequestTimes empty) {
            return List.of(
                    target("submit p50", submit, empty.submit),
                    target("get p50", get, empty.get),
                    target("list p50", list, empty.list),
                    target("list of none p50", rare, empty.rare),
                    target("another's list p50", others, empty.others));
        }

        private static TargetResult target(String what, Samples now, Samples empty) {
            return TargetResult.atMost("P8", what, MAX_RATIO, now.p50() / empty.p50(), "× the empty platform");
        }
    }
}
