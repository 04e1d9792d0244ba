package dev.faas.bench.scenario;

import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.local.Directories;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Measures the client as a process: its start, and {@code faas run} in turns with {@code docker run}. */
public final class ClientScenario implements Scenario {
    private static final int STARTS = 20;
    private static final int RUNS = 10;
    private static final long LIMIT_SECONDS = 120;
    private static final String WORD = "hi";

    @Override
    public String name() {
        return "client";
    }

    @Override
    public Report measure(BenchSetup setup) throws Exception {
        var program = setup.program();
        if (program == null) {
            throw new IOException("client needs the path of ./faas: run ./faas bench client");
        }
        return setup.onPlatform(Map.of(), 1, context -> measure(program, context));
    }

    private Report measure(Path program, ScenarioContext context) throws Exception {
        var directory = Files.createTempDirectory("faas-client-");
        try {
            var user = new User(directory);
            var clone = program.toString();
            user.time("", clone, "install", "--prefix", directory.toString());
            var faas = directory.resolve("bin/faas").toString();
            var name = "bench-" + UUID.randomUUID().toString().substring(0, 8);
            var api = context.api().toString();
            user.time("correct horse battery staple", faas, "register", api, "-u", name, "--password-stdin");

            int starts = context.count().orElse(STARTS);
            var version = user.starts(starts, faas, "version");
            var inClone = user.starts(starts, clone, "version");
            var list = user.starts(starts, faas, "fn", "list");

            var docker = new Samples();
            var first = new Samples();
            var repeated = new Samples();
            for (int i = 0; i < context.count().orElse(RUNS); i++) {
                docker.add(user.docker(context.image()));
                // An own variable makes another function.
                first.add(user.firstOutput(faas, "run", "-e", "ROUND=" + i, context.image(), WORD));
                docker.add(user.docker(context.image()));
                repeated.add(user.firstOutput(faas, "run", "-e", "ROUND=0", context.image(), WORD));
            }
            return new Report(
                    name(),
                    "the client: its start, and the first output of faas run, in turns with docker run",
                    List.of(
                            version.row("faas version, installed"),
                            inClone.row("./faas version, in a clone"),
                            list.row("faas fn list, over loopback"),
                            docker.row("docker run --rm --network none → first output"),
                            first.row("faas run of a new function → first output"),
                            repeated.row("faas run again → first output")),
                    List.of(
                            TargetResult.atMost("F1", "faas version p50", 200, version.p50(), "ms"),
                            TargetResult.atMost("F1", "./faas version p50", 350, inClone.p50(), "ms"),
                            TargetResult.atMost("F1", "faas fn list p50", 350, list.p50(), "ms"),
                            TargetResult.atMost("F2", "first run", 2, first.p50() / docker.p50(), "× docker run"),
                            TargetResult.atMost(
                                    "F2", "repeated run", 1.2, repeated.p50() / docker.p50(), "× docker run")));
        } finally {
            Directories.delete(directory);
        }
    }

    /** Types commands, with logins of their own. */
    private record User(Path directory) {
        /** One after another; the first one, which may fill caches, does not count. */
        Samples starts(int count, String... command) throws Exception {
            time("", command);
            var samples = new Samples();
            for (int i = 0; i < count; i++) {
                samples.add(time("", command));
            }
            return samples;
        }

        /** Nanoseconds until its end. */
        long time(String input, String... command) throws Exception {
            long begin = System.nanoTime();
            var process = start(command);
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
            end(process);
            return System.nanoTime() - begin;
        }

        long docker(String image) throws Exception {
            return firstOutput("docker", "run", "--rm", "--network", "none", image, WORD);
        }

        /** Nanoseconds until it printed {@link #WORD}. */
        long firstOutput(String... command) throws Exception {
            long begin = System.nanoTime();
            var process = start(command);
            int head = process.getInputStream().read();
            long took = System.nanoTime() - begin;
            var rest = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            end(process);
            if (head != WORD.charAt(0) || !rest.equals(WORD.substring(1) + "\n")) {
                throw new IOException(String.join(" ", command) + " printed something else: " + rest);
            }
            return took;
        }

        private Process start(String... command) throws IOException {
            var builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(variable -> variable.startsWith("FAAS_"));
            builder.environment()
                    .put("XDG_CONFIG_HOME", directory.resolve("config").toString());
            return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        }

        private static void end(Process process) throws IOException, InterruptedException {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the client did not end within " + LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("the command failed; its reason is above");
            }
        }
    }
}
