package dev.faas.standalone;

import dev.faas.bench.Bench;
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
        description =
                "Measures the platform beside docker run, on platforms that are gone afterwards. Exit code 1: a target"
                        + " was missed.")
final class BenchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What to measure; all when none is named.")
    List<String> names = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the figures as JSON, too.")
    @Nullable
    Path json;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Of what a scenario has many of: what others queue, streams, ended activations, functions.")
    @Nullable
    Integer count;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Signals.interruptOnStop();
        var unknown = new HashSet<>(names);
        unknown.removeAll(Bench.names());
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Nothing to measure is called %s; there are %s".formatted(unknown, Bench.names()));
        }
        try (var image = BusyboxImage.make("faas-bench/echo:1", "echo")) {
            var program = System.getProperty("faas.program");
            var bench = new Bench(
                    MeasuredPlatform::start,
                    image.name(),
                    program == null ? null : Path.of(program),
                    count == null ? OptionalInt.empty() : OptionalInt.of(count),
                    System.out);
            return bench.run(names, json) ? 0 : 1;
        }
    }
}
