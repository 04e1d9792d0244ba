package dev.faas.standalone;

import dev.faas.bench.Bench;
import dev.faas.local.Folders;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
            return new Bench(Measured::start, image.name(), System.out).run(names, json) ? 0 : 1;
        }
    }

    /** A platform in a temporary folder. */
    private record Measured(Path data, Platform platform) implements Bench.Subject {
        static Measured start(Map<String, String> settings) throws IOException {
            var data = Files.createTempDirectory("faas-bench-");
            var environment = new HashMap<>(UpCommand.faasVariables());
            environment.putAll(settings);
            return new Measured(data, Platform.start(UpOptions.local(data, environment)));
        }

        @Override
        public URI api() {
            return platform.api();
        }

        @Override
        public void close() throws IOException {
            platform.skipGrace();
            platform.close();
            Folders.delete(data);
        }
    }
}
