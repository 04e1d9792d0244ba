package dev.faas.bench.spawner;

import dev.faas.bench.measure.Samples;
import dev.faas.local.ReservedPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Starts spawners on a {@link SleepingEngine} as processes, and collects what they report of their runs. */
public final class SleepingSpawners implements AutoCloseable {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Pattern FREE = Pattern.compile("(?m)^faas_slots_free(?:\\{.*})? (\\S+)$");

    /**
     * What has run.
     *
     * @param waits from the submit to the start of the run
     * @param ran in nanoseconds, all runs together
     */
    public record Runs(Samples waits, long ran) {}

    /** @param port reserved until it listens there: while it starts, a connection may not get it */
    private record Spawner(Process process, ReservedPort port, int slots) {}

    private final Map<String, String> settings;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Spawner> spawners = new ArrayList<>();
    private Samples waits = new Samples();
    private long ran;

    /** @param settings of a spawner of the platform */
    public SleepingSpawners(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    /** Starts more of them and returns when they take work. */
    public SleepingSpawners add(int count, int slots) throws Exception {
        for (int i = 0; i < count; i++) {
            start(slots);
        }
        for (var spawner : spawners) {
            awaitReady(spawner);
            spawner.port().close(); // the spawner listens there
        }
        return this;
    }

    private void start(int slots) throws IOException {
        var port = new ReservedPort();
        var variables = new HashMap<>(settings);
        variables.put("FAAS_SPAWNER_ID", "sleeping-" + spawners.size());
        variables.put("FAAS_SLOTS", Integer.toString(slots));
        variables.put("FAAS_LOG_LEVEL", "warn");
        variables.put("FAAS_INTERNAL_PORT", Integer.toString(port.number()));
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SleepingSpawner.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("FAAS_"));
        builder.environment().putAll(variables);
        var process = builder.start();
        Thread.ofVirtual()
                .name("reports of spawner " + spawners.size())
                .start(() -> process.inputReader().lines().forEach(this::read));
        spawners.add(new Spawner(process, port, slots));
    }

    private void awaitReady(Spawner spawner) throws Exception {
        long until = System.nanoTime() + READY_LIMIT.toNanos();
        while (!isReady(spawner)) {
            if (!spawner.process().isAlive()) {
                throw new IllegalStateException("a spawner on the sleeping engine ended with exit code "
                        + spawner.process().exitValue() + " before it was ready; its log is above");
            }
            if (System.nanoTime() > until) {
                throw new IllegalStateException("a spawner on the sleeping engine was not ready within "
                        + READY_LIMIT.toSeconds() + " s; its log is above");
            }
            Thread.sleep(POLL);
        }
    }

    private boolean isReady(Spawner spawner) throws InterruptedException {
        try {
            return get(spawner, "/readyz").statusCode() == 200;
        } catch (IOException e) {
            return false; // does not listen yet
        }
    }

    private HttpResponse<String> get(Spawner spawner, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + spawner.port().number() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private synchronized void read(String line) {
        if (line.startsWith(SleepingSandbox.REPORT)) { // else a line of the log
            var words = line.split(" ");
            waits.add(Long.parseLong(words[1]));
            ran += Long.parseLong(words[2]);
            notifyAll();
        }
    }

    /** Waits until so many have run since the last call, and takes them. */
    public synchronized Runs awaitRuns(int count, Duration limit) throws InterruptedException, TimeoutException {
        long until = System.nanoTime() + limit.toNanos();
        while (waits.count() < count) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException(
                        "only %d of %d ran within %d s".formatted(waits.count(), count, limit.toSeconds()));
            }
            wait(left);
        }
        var taken = new Runs(waits, ran);
        waits = new Samples();
        ran = 0;
        return taken;
    }

    /** Slots that are taken now. */
    public double takenSlots() throws IOException, InterruptedException {
        double taken = 0;
        for (var spawner : spawners) {
            var free = FREE.matcher(get(spawner, "/metrics").body());
            if (!free.find()) {
                throw new IOException("a spawner's metrics have no faas_slots_free");
            }
            taken += spawner.slots() - Double.parseDouble(free.group(1));
        }
        return taken;
    }

    /** Stops all; kills those that do not stop in time, or all when interrupted. */
    @Override
    public void close() {
        spawners.forEach(spawner -> spawner.process().destroy());
        try {
            for (var spawner : spawners) {
                var unused = spawner.process().waitFor(STOP_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        spawners.forEach(spawner -> spawner.process().destroyForcibly());
        spawners.clear();
        http.close();
    }
}
