package dev.faas.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Activation.FunctionKey;
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

/** What a long past costs: the same requests before and after very many activations have ended, all of them one user's. */
public final class HistoryScenario implements Scenario.OnPlatform {
    private static final int PAST = 1_000_000;
    /** With which the platform counts as empty: something has to be there to be asked for. */
    private static final int FEW = 1_000;

    private static final int ASKED = 3_000;
    private static final int LISTED = 1_000;
    private static final int RARE = 100;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long SMALL = 64 * 1024;
    private static final double MIB = 1 << 20;
    private static final double MOST = 1.2;

    @Override
    public String name() {
        return "history";
    }

    @Override
    public String what() {
        return "one request after another, before and after very many activations of one user have ended";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_SLOTS", "1", "FAAS_EVENTS_RETENTION", "1s", "FAAS_ACCESS_TOKEN_LIFETIME", "12h");
    }

    @Override
    public Report run(ScenarioContext stage) throws Exception {
        int count = stage.count().orElse(PAST);
        try (var user = stage.user();
                var stranger = stage.user();
                var nats = Nats.connect(stage.bus(), "bench")) {
            var function = user.function(Map.of(
                    "name",
                    "queued",
                    "image",
                    stage.image(),
                    "entrypoint",
                    List.of("/busybox", "sh", "-c", "exec /busybox sleep 36000"),
                    "limits",
                    Map.of("timeoutSeconds", 36_000),
                    "concurrency",
                    1));
            // It holds the only slot: what is submitted stays queued.
            Client.await(user.submit("queued", "", ""));
            var past = new FinishedActivations(
                    nats, function.path("owner").asText(), key(function), FunctionSpec.of("queued", stage.image()));
            long nothing = past.onTheBus();
            var few = past.make(FEW);
            past.awaitOnTheBus(nothing + SMALL, LIMIT);
            Asked.of(user, stranger, few); // a warm-up
            var before = Asked.of(user, stranger, few);
            var memoryBefore = Memory.family(ProcessHandle.current());

            long empty = past.onTheBus();
            long begin = System.nanoTime();
            var many = past.make(count);
            double made = count / seconds(begin);
            long peak = past.onTheBus();
            past.awaitOnTheBus(empty + SMALL, LIMIT);
            double pruned = count / seconds(begin);
            long left = past.onTheBus() - empty;
            var after = Asked.of(user, stranger, many);
            var memoryAfter = Memory.family(ProcessHandle.current());

            var rows = new ArrayList<>(before.rows(FEW + " ended"));
            rows.addAll(after.rows("%,d ended".formatted(count)));
            return new Report(
                    name(),
                    what(),
                    rows,
                    List.of(
                            new Figure("activations written to the bus", made, "per s"),
                            new Figure("… and in the ledger, and off the bus again", pruned, "per s"),
                            new Figure("events on the bus when the last was written", peak / MIB, "MiB"),
                            new Figure("… of them left once all was pruned", left / 1024.0, "KiB"),
                            nats("nats-server resident, before", memoryBefore),
                            nats("nats-server resident, after", memoryAfter)),
                    after.verdicts(before));
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Figure nats(String what, List<Memory> memory) {
        return new Figure(what, Memory.residentMib(memory, "nats-server"), "MiB");
    }

    private static FunctionKey key(JsonNode function) {
        return new FunctionKey(
                function.path("id").asText(),
                function.path("name").asText(),
                function.path("revision").asInt());
    }

    /**
     * The requests, each many times.
     *
     * @param list of the newest
     * @param rare a list of what there is none of: the past has to be looked through, or an index knows
     * @param others a list of somebody's who has none
     */
    private record Asked(Samples submit, Samples get, Samples list, Samples rare, Samples others) {
        /** @param ended activations to be asked for, in turn */
        static Asked of(Client user, Client stranger, List<String> ended) throws Exception {
            var submit = times(ASKED, i -> user.submit("queued", "", "x"));
            var get = times(
                    ASKED,
                    i -> user.get("/v1/activations/" + ended.get(i * 7 % ended.size()))
                            .compose(answer ->
                                    Client.tree(answer).path("status").asText().equals("succeeded")
                                            ? Future.succeededFuture()
                                            : Future.failedFuture(new IOException("it is otherwise: " + answer))));
            var list = times(LISTED, i -> user.get("/v1/activations"));
            var rare = times(RARE, i -> user.get("/v1/activations?status=failed"));
            var others = times(LISTED, i -> stranger.get("/v1/activations"));
            return new Asked(submit, get, list, rare, others);
        }

        private static Samples times(int count, IntFunction<Future<?>> request) throws Exception {
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

        List<TargetResult> verdicts(Asked empty) {
            return List.of(
                    verdict("submit p50", submit, empty.submit),
                    verdict("get p50", get, empty.get),
                    verdict("list p50", list, empty.list),
                    verdict("list of none p50", rare, empty.rare),
                    verdict("another's list p50", others, empty.others));
        }

        private static TargetResult verdict(String what, Samples now, Samples empty) {
            return TargetResult.atMost("P8", what, MOST, now.p50() / empty.p50(), "× the empty platform");
        }
    }
}
