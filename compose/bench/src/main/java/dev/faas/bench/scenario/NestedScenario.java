package dev.faas.bench.scenario;

import dev.faas.activation.ActivationStage;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.DockerRuns;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.StageTimes;
import dev.faas.bench.measure.TargetResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares nested runs with reused containers and with {@code docker run}, in turns. */
public final class NestedScenario implements Scenario.OnPlatform {
    private static final List<String> MODES = List.of("reused", "nested");
    private static final int CLIENTS = 16;
    private static final int WARM_UP = 6_000;
    private static final int ROUNDS = 4;
    private static final int ONE_BY_ONE = 250;
    private static final int MANY = 1_500;
    private static final int BASELINE = 60;
    private static final int IDLE = 8;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration BOOTS = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "nested";
    }

    /** What was measured of one mode. */
    private record Rounds(List<ClosedLoop.Result> single, List<ClosedLoop.Result> many) {
        static Rounds none() {
            return new Rounds(new ArrayList<>(), new ArrayList<>());
        }

        ClosedLoop.Result oneByOne() {
            return ClosedLoop.Result.combine(single);
        }

        ClosedLoop.Result atOnce() {
            return ClosedLoop.Result.combine(many);
        }
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        var docker = new DockerRuns(context.image());
        var four = docker.runParallel(4, BASELINE);
        var eight = docker.runParallel(8, BASELINE);
        try (var user = context.registerUser()) {
            for (var mode : MODES) {
                user.createFunction(
                        Map.of("name", mode, "image", context.image(), "mode", mode, "concurrency", CLIENTS));
                run(user, mode, CLIENTS, WARM_UP);
            }
            var measured = Map.of("reused", Rounds.none(), "nested", Rounds.none());
            try (var stages = StageTimes.record()) {
                for (int i = 0; i < ROUNDS; i++) {
                    for (var mode : MODES) {
                        measured.get(mode).single.add(run(user, mode, 1, ONE_BY_ONE));
                        measured.get(mode).many.add(run(user, mode, CLIENTS, MANY));
                    }
                }
                user.createFunction(Map.of("name", "stages", "image", context.image(), "mode", "nested"));
                run(user, "stages", 1, ONE_BY_ONE);
                var command =
                        stages.between(ActivationStage.ARGUMENT_WRITTEN, ActivationStage.COMMAND_ENDED, ONE_BY_ONE);
                double extra = idleMib(context, user, "nested") - idleMib(context, user, "reused");
                var reused = measured.get("reused");
                var nested = measured.get("nested");
                var reusedOne = reused.oneByOne().samples();
                var nestedOne = nested.oneByOne().samples();
                var reusedMany = reused.atOnce();
                var nestedMany = nested.atOnce();
                double best = Math.max(four.perSecond(), eight.perSecond());
                return new Report(
                        name(),
                        "a new root in a kept container, in turns with reused: one client, then " + CLIENTS,
                        List.of(
                                reusedOne.row("POST → result, reused, one after another"),
                                nestedOne.row("POST → result, nested, one after another"),
                                command.row("  … argument → known end"),
                                reusedMany.row("POST → result, reused, " + CLIENTS + " clients"),
                                nestedMany.row("POST → result, nested, " + CLIENTS + " clients"),
                                four.row("docker run --rm --network none, 4 at once"),
                                eight.row("docker run --rm --network none, 8 at once")),
                        List.of(new Figure("an idle nested container, beyond a reused one", extra, "MiB")),
                        List.of(
                                TargetResult.atMost(
                                        "N1", "p50 beyond reused's", 1.2, nestedOne.p50() - reusedOne.p50(), "ms"),
                                TargetResult.atLeast(
                                        "N2", "throughput", 25, nestedMany.perSecond() / best, "× docker run"),
                                TargetResult.atLeast(
                                        "N2",
                                        "throughput",
                                        0.6,
                                        nestedMany.perSecond() / reusedMany.perSecond(),
                                        "× reused"),
                                TargetResult.atMost("N3", "argument → known end p50", 4, command.p50(), "ms"),
                                TargetResult.atMost("N4", "idle, beyond reused", 1, extra, "MiB")));
            }
        }
    }

    private static ClosedLoop.Result run(Client user, String function, int clients, int total) throws Exception {
        return ClosedLoop.run(
                clients,
                total,
                LIMIT,
                i -> user.echo(function, Integer.toString(i)).map(record -> {
                    if (!record.path("modeFallback").isNull()) {
                        throw new IllegalStateException("an activation ran in another mode: " + record);
                    }
                    return record;
                }));
    }

    /** Of containers that have not run anything. */
    private static double idleMib(ScenarioContext context, Client user, String mode) throws Exception {
        var function = user.createFunction(
                Map.of("name", "idle-" + mode, "image", context.image(), "mode", mode, "prewarm", Map.of("min", IDLE)));
        return ContainerMemory.awaitAverageMib(function.path("id").asText(), IDLE, BOOTS);
    }
}
