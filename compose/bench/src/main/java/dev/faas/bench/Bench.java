package dev.faas.bench;

import dev.faas.bench.budget.BudgetScenario;
import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.Machine;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.Subject;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.scenario.BatchesScenario;
import dev.faas.bench.scenario.BreadthScenario;
import dev.faas.bench.scenario.ClientScenario;
import dev.faas.bench.scenario.ColdScenario;
import dev.faas.bench.scenario.DelayedScenario;
import dev.faas.bench.scenario.DeliveriesScenario;
import dev.faas.bench.scenario.FairnessScenario;
import dev.faas.bench.scenario.FeedScenario;
import dev.faas.bench.scenario.HistoryScenario;
import dev.faas.bench.scenario.HooksScenario;
import dev.faas.bench.scenario.IdleScenario;
import dev.faas.bench.scenario.ManyFunctionsScenario;
import dev.faas.bench.scenario.NestedScenario;
import dev.faas.bench.scenario.ScaleOutScenario;
import dev.faas.bench.scenario.SchedulesScenario;
import dev.faas.bench.scenario.SpreadScenario;
import dev.faas.bench.scenario.SteadyScenario;
import dev.faas.bench.scenario.StreamsScenario;
import dev.faas.bench.scenario.SubmitScenario;
import dev.faas.bench.scenario.ThroughputScenario;
import dev.faas.bench.scenario.WebhooksScenario;
import dev.faas.wire.Codec;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs scenarios, each on a new platform, and reports the results as a table and as JSON. */
public final class Bench {
    private static final List<Scenario> ALL = List.of(
            new SubmitScenario(),
            new ColdScenario(true),
            new ColdScenario(false),
            new ThroughputScenario(false),
            new ThroughputScenario(true),
            new NestedScenario(),
            new FairnessScenario(FairnessScenario.Others.FLOOD, 1),
            new FairnessScenario(FairnessScenario.Others.LONG, 1),
            new FairnessScenario(FairnessScenario.Others.MANY, 1),
            new FairnessScenario(FairnessScenario.Others.FLOOD, 2),
            new StreamsScenario(),
            new HistoryScenario(),
            new BreadthScenario(),
            new IdleScenario(),
            new ClientScenario(),
            new BudgetScenario(),
            new SpreadScenario(),
            new ManyFunctionsScenario(),
            new SteadyScenario(),
            new ScaleOutScenario(),
            new DelayedScenario(),
            new SchedulesScenario(),
            new HooksScenario(),
            new WebhooksScenario(),
            new DeliveriesScenario(),
            new FeedScenario(),
            new BatchesScenario());

    /** One name for several scenarios; named together with some of them, it is those. */
    private static final Map<String, List<String>> GROUPS =
            Map.of("events", List.of("delayed", "schedules", "hooks", "webhooks", "deliveries", "feed", "batches"));

    private final BenchSetup setup;
    private final PrintStream out;

    /**
     * @param image whose entrypoint is busybox's echo
     * @param program the command that users start the platform with; null if unknown
     */
    public Bench(Subject.Start start, String image, @Nullable Path program, BenchSetup.Size size, PrintStream out) {
        this.setup = new BenchSetup(start, image, program, size);
        this.out = out;
    }

    public static List<String> names() {
        return Stream.concat(ALL.stream().map(Scenario::name), GROUPS.keySet().stream())
                .distinct()
                .toList();
    }

    private static boolean isChosen(String scenario, List<String> names) {
        return names.isEmpty()
                || names.contains(scenario)
                || names.stream()
                        .map(name -> GROUPS.getOrDefault(name, List.of()))
                        .anyMatch(group -> group.contains(scenario) && Collections.disjoint(group, names));
    }

    /**
     * Measures. Blocks.
     *
     * @param names of scenarios; empty: all
     * @param json also write the figures to this file
     * @return whether every target was met
     */
    public boolean run(List<String> names, @Nullable Path json) throws Exception {
        var reports = new ArrayList<Report>();
        for (var scenario : ALL) {
            if (isChosen(scenario.name(), names)) {
                var report = scenario.measure(setup);
                report.print(out);
                reports.add(report);
            }
        }
        if (json != null) {
            Files.write(json, Codec.write(Map.of("machine", Machine.current(), "reports", reports)));
        }
        return reports.stream().flatMap(r -> r.verdicts().stream()).allMatch(TargetResult::held);
    }
}
