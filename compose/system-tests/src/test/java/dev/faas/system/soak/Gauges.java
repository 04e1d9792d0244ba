package dev.faas.system.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.faults.Brokers;
import dev.faas.system.faults.FaultPlatform;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Samples the processes of a platform, its NATS and Docker. Linux only. */
final class Gauges {
    static final String HEAP = "heap after GC, MB";
    static final String MEMORY = "resident memory, MB";
    static final String THREADS = "threads";
    static final String DESCRIPTORS = "descriptors";
    static final String STORED = "JetStream, MB";
    static final String MESSAGES = "JetStream, messages";
    static final String CONSUMERS = "JetStream, consumers";
    static final String CONTAINERS = "containers";
    static final String RATE = "activations and other actions a second";

    private static final List<String> SERVICES = Stream.concat(
                    Stream.of(FaultPlatform.GATEWAY, FaultPlatform.AUTH, FaultPlatform.REGISTRY),
                    FaultPlatform.SPAWNERS.stream())
            .toList();
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
    private static final Pattern THREAD_COUNT = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
    private static final long LIMIT_SECONDS = 30;
    private static final double MB = 1 << 20;

    private final FaultPlatform platform;
    private final Map<String, Series> series = new LinkedHashMap<>();
    private Duration last = Duration.ZERO;
    private long doneBefore;

    Gauges(FaultPlatform platform) {
        this.platform = platform;
    }

    Collection<Series> series() {
        return series.values();
    }

    /** @param done actions so far */
    void sample(Duration at, long done) throws IOException, InterruptedException {
        for (var service : SERVICES) {
            long pid = platform.part(service).pid();
            add(HEAP, service, 4, at, liveHeap(pid) / MB);
            sampleProcess(service, pid, at);
        }
        sampleProcess("nats", platform.part("nats").pid(), at);
        sampleNats(at);
        add(CONTAINERS, "all", 4, at, platform.containers().size());
        if (!last.isZero()) {
            add(
                    RATE,
                    "all",
                    -1,
                    at,
                    (done - doneBefore) * 1000.0 / at.minus(last).toMillis());
        }
        last = at;
        doneBefore = done;
    }

    private void add(String what, String who, double allowance, Duration at, double value) {
        series.computeIfAbsent(what + " " + who, key -> new Series(what, who, allowance))
                .add(at, value);
    }

    private void sampleProcess(String who, long pid, Duration at) throws IOException {
        var directory = Path.of("/proc", Long.toString(pid));
        var status = Files.readString(directory.resolve("status"));
        add(MEMORY, who, 16, at, number(RESIDENT, status) * 1024 / MB);
        add(THREADS, who, 3, at, number(THREAD_COUNT, status));
        try (var open = Files.list(directory.resolve("fd"))) {
            add(DESCRIPTORS, who, 6, at, (double) open.count());
        }
    }

    private static double number(Pattern pattern, String text) throws IOException {
        var found = pattern.matcher(text);
        if (!found.find()) {
            throw new IOException("no " + pattern + " in " + text);
        }
        return Long.parseLong(found.group(1));
    }

    /** After a full garbage collection, which this jcmd causes. */
    private static double liveHeap(long pid) throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
                .redirectError(Redirect.DISCARD)
                .start();
        try (var in = process.getInputStream()) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("jcmd does not end");
            }
            return number(TOTAL, text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            process.destroyForcibly();
        }
    }

    private void sampleNats(Duration at) throws IOException, InterruptedException {
        var answer = Brokers.state(platform.brokers().parts().getFirst().server(), "");
        var streams = streams(answer);
        add(STORED, "nats", 8, at, sum(streams, "bytes") / MB);
        add(MESSAGES, "nats", 200, at, sum(streams, "messages"));
        add(CONSUMERS, "nats", 2, at, answer.path("consumers").asDouble());
    }

    /** The state of each stream, except of the functions bucket: it keeps a marker for each deleted function. */
    private static List<JsonNode> streams(JsonNode answer) {
        return Brokers.streams(answer)
                .filter(stream -> !stream.path("name").asText().equals("KV_" + Subjects.FUNCTIONS))
                .map(stream -> stream.path("state"))
                .toList();
    }

    private static double sum(List<JsonNode> states, String figure) {
        return states.stream()
                .mapToDouble(state -> state.path(figure).asDouble())
                .sum();
    }
}
