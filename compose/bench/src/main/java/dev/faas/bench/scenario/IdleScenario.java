package dev.faas.bench.scenario;

import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Memory;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.TargetResult;
import dev.faas.local.Directories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Measures an unused platform: the time until it is ready, and the memory of all its processes. */
public final class IdleScenario implements Scenario {
    private static final int STARTS = 5;
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final long READY_SECONDS = 120;
    private static final long STOP_SECONDS = 60;
    private static final double READY_MS = 6_000;
    private static final double MEMORY_MB = 700;
    private static final double MB = 1_000_000;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public Report measure(BenchSetup grounds) throws Exception {
        var program = grounds.program();
        if (program == null) {
            throw new IOException("idle needs the path of ./faas: run ./faas bench");
        }
        var data = Files.createTempDirectory("faas-idle-");
        try {
            var fresh = new Samples();
            var again = new Samples();
            for (int i = 0; i < STARTS; i++) {
                var other = data.resolve("new-" + i);
                try (var up = Up.start(program, other)) {
                    fresh.add(up.ready().toNanos());
                }
            }
            for (int i = 0; i < STARTS; i++) {
                try (var up = Up.start(program, data.resolve("new-0"))) {
                    again.add(up.ready().toNanos());
                }
            }
            try (var up = Up.start(program, data.resolve("new-0"))) {
                Thread.sleep(SETTLE);
                return report(fresh, again, Memory.ofTree(up.process().toHandle()));
            }
        } finally {
            Directories.delete(data);
        }
    }

    private Report report(Samples fresh, Samples again, List<Memory> memory) {
        double all = Memory.proportionalMib(memory) * (1 << 20) / MB;
        var figures = new ArrayList<Figure>();
        for (var name : memory.stream().map(Memory::process).distinct().toList()) {
            figures.add(new Figure(
                    name + ", "
                            + memory.stream()
                                    .filter(each -> each.process().equals(name))
                                    .count() + " processes, resident",
                    Memory.residentMib(memory, name) * (1 << 20) / MB,
                    "MB"));
        }
        figures.add(new Figure("all processes, shared pages counted once", all, "MB"));
        return new Report(
                name(),
                "./faas up of a finished build until it is ready; then idle for " + SETTLE.toSeconds() + " s",
                List.of(fresh.row("./faas up → ready, new data"), again.row("./faas up → ready, existing data")),
                figures,
                List.of(
                        TargetResult.atMost("P10", "ready, new data, p50", READY_MS, fresh.p50(), "ms"),
                        TargetResult.atMost("P10", "ready again, p50", READY_MS, again.p50(), "ms"),
                        TargetResult.atMost("P10", "idle memory", MEMORY_MB, all, "MB")));
    }

    /** A platform, started by {@code ./faas up}. */
    private record Up(Process process, Duration ready) implements AutoCloseable {
        static Up start(Path program, Path data) throws Exception {
            long begin = System.nanoTime();
            var process = new ProcessBuilder(
                            program.toString(),
                            "up",
                            "--yes",
                            "--port=0",
                            "--auth-port=0",
                            "--registry-port=0",
                            "--data=" + data)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                var line = CompletableFuture.supplyAsync(() -> awaitReady(process));
                line.get(READY_SECONDS, TimeUnit.SECONDS);
                return new Up(process, Duration.ofNanos(System.nanoTime() - begin));
            } catch (Exception e) {
                process.destroyForcibly();
                throw e;
            }
        }

        private static Void awaitReady(Process process) {
            var out = process.inputReader(StandardCharsets.UTF_8);
            var ready = out.lines().filter(line -> line.startsWith("ready in ")).findFirst();
            if (ready.isEmpty()) {
                throw new IllegalStateException("./faas up ended before it was ready: run it yourself to see why");
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            process.destroy();
            try {
                if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IOException("./faas up did not stop within " + STOP_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
