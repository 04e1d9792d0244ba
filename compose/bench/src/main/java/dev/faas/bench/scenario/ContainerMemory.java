package dev.faas.bench.scenario;

import dev.faas.spawner.docker.client.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Asks Docker how much memory containers use. */
final class ContainerMemory {
    private static final Pattern MIB_USED = Pattern.compile("([0-9.]+)(KiB|MiB) / .*");
    private static final double KIB_IN_MIB = 1024;
    private static final long LIMIT_SECONDS = 60;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration SETTLE = Duration.ofSeconds(1);

    private ContainerMemory() {}

    /** The average in MiB of the idle containers of a function's first revision, once there are so many. Blocks. */
    static double awaitAverageMib(String functionId, int count, Duration limit)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        var containers = list(functionId);
        while (containers.lines().count() < count) {
            if (System.nanoTime() > until) {
                throw new IOException(functionId + " has no " + count + " containers after " + limit);
            }
            Thread.sleep(POLL);
            containers = list(functionId);
        }
        Thread.sleep(SETTLE); // a container that is listed may still be booting
        var command = new ArrayList<>(List.of("docker", "stats", "--no-stream", "--format", "{{.MemUsage}}"));
        containers.lines().forEach(command::add);
        return output(command)
                .lines()
                .mapToDouble(ContainerMemory::mib)
                .average()
                .orElseThrow();
    }

    private static String list(String functionId) throws IOException, InterruptedException {
        return output(
                List.of("docker", "ps", "--quiet", "--filter", "label=" + Labels.REVISION + "=" + functionId + "@1"));
    }

    private static double mib(String line) {
        var found = MIB_USED.matcher(line);
        if (!found.matches()) {
            throw new IllegalArgumentException("docker stats says " + line);
        }
        var number = Double.parseDouble(found.group(1));
        return found.group(2).equals("KiB") ? number / KIB_IN_MIB : number;
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
        return text;
    }
}
