package dev.faas.standalone;

import dev.faas.bench.Bench;
import dev.faas.bench.measure.BenchSetup;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description = "Measures the platform and docker run, on temporary platforms. Exit code 1: a target was missed.")
final class BenchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Scenarios to measure; default: all.")
    List<String> names = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the figures to this file, as JSON.")
    @Nullable
    Path json;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Size of a scenario: queued activations of other users, event streams, ended activations,"
                    + " functions, schedules or counted operations.")
    @Nullable
    Integer count;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of each measured phase of the scenario scale, instead of its default.")
    @Nullable
    Integer seconds;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Signals.interruptOnStop();
        var unknown = new HashSet<>(names);
        unknown.removeAll(Bench.names());
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "unknown scenarios %s: choose from %s".formatted(unknown, Bench.names()));
        }
        try (var image = BusyboxImage.create("faas-bench/echo:1", "echo")) {
            var program = System.getProperty("faas.program");
            var bench = new Bench(
                    MeasuredPlatform::start,
                    image.name(),
                    program == null ? null : Path.of(program),
                    new BenchSetup.Size(optional(count), optional(seconds)),
                    System.out);
            return bench.run(names, json) ? 0 : 1;
        }
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
