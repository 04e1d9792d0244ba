package dev.faas.bench.scenario;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.SlowReader;
import dev.faas.bench.measure.StreamReaders;
import dev.faas.bench.measure.TargetResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * Measures many open event streams at one gateway, each of another activation that waits, runs and ends. Some readers stop
 * reading, are cut off, and resume. The readers run in a separate process.
 */
public final class StreamsScenario implements Scenario.OnPlatform {
    private static final int STREAMS = 10_000;
    private static final int SLOW = 20;
    private static final int CLIENTS = 16;
    /** Concurrent runs of the function; all are busy until the streams are open. */
    private static final int CONCURRENCY = 8;

    private static final int STALL_SECONDS = 5;
    /** Output of 8 MiB for slow readers, more than all buffers between them and the gateway. */
    private static final int LINES = 1_200_000;

    private static final int SPARE_DESCRIPTORS = 500;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final double MIB = 1 << 20;
    private static final double HEAP_MIB = 1024;

    @Override
    public String name() {
        return "sse";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_SSE_STALL_LIMIT", STALL_SECONDS + "s");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int streams = context.count().orElse(STREAMS);
        requireDescriptors(streams + SPARE_DESCRIPTORS);
        try (var user = context.registerUser()) {
            user.createFunction(function(context, "wait", "reused", CONCURRENCY));
            user.createFunction(function(context, "seq", "isolated", 1));
            var holders = new ArrayList<String>();
            for (int i = 0; i < CONCURRENCY; i++) {
                holders.add(id(user.submit("wait", "", "600")));
            }
            var ids = Collections.synchronizedList(new ArrayList<String>());
            ClosedLoop.run(
                    CLIENTS,
                    streams,
                    LIMIT,
                    i -> user.submit("wait", "", "0")
                            .onSuccess(answer -> ids.add(
                                    Client.readTree(answer).path("activationId").asText())));
            var flood = id(user.submit("seq", "", Integer.toString(LINES)));
            user.awaitEnd(flood);
            long before = heapInUse();
            try (var readers = Readers.start(context, user)) {
                for (var id : ids) {
                    readers.send("fast " + id);
                }
                for (int i = 0; i < SLOW; i++) {
                    readers.send("slow " + flood);
                }
                long asked = System.nanoTime();
                readers.send("go");
                var results = new ReaderResults();
                readers.readUntil(results, "open");
                var opened = Duration.ofNanos(results.lastFirst - asked);
                long during = heapInUse();
                for (var holder : holders) {
                    user.request(HttpMethod.DELETE, "/v1/activations/" + holder, null);
                }
                long released = System.nanoTime();
                readers.readUntil(results, "");
                var all = Duration.ofNanos(results.lastEnd - released);
                return report(streams, results, opened, all, before, during);
            }
        }
    }

    private Report report(int streams, ReaderResults results, Duration opened, Duration all, long before, long during) {
        int resumed =
                (int) results.slow.stream().filter(StreamsScenario::isComplete).count();
        return new Report(
                name(),
                "event streams open at one gateway, each until its activation's end; readers in a separate process",
                List.of(
                        results.first.row(
                                "GET …/events → first event, 100 at once", streams / (opened.toNanos() / 1e9)),
                        results.ended.row(
                                "activation's end → its terminal event read", streams / (all.toNanos() / 1e9))),
                List.of(
                        new Figure("heap in use before, of platform and this client", before / MIB, "MiB"),
                        new Figure("heap in use with all streams open", during / MIB, "MiB"),
                        new Figure("per stream", (during - before) / 1024.0 / streams, "KiB"),
                        new Figure("largest heap allowed", Runtime.getRuntime().maxMemory() / MIB, "MiB"),
                        new Figure("streams broken: " + results.reasons(), results.broken.size(), "")),
                List.of(
                        TargetResult.atLeast("P7", "streams that got their end", streams, results.ended.count(), ""),
                        TargetResult.atMost("P7", "heap in use with all open", HEAP_MIB, during / MIB, "MiB"),
                        TargetResult.atLeast("P7", "slow readers cut off, resumed, whole", SLOW, resumed, "")));
    }

    /** Whether the reader was cut off and still has the output of {@code seq}, byte by byte. */
    private static boolean isComplete(SlowReader.Result done) {
        var checksum = new CRC32();
        long bytes = 0;
        for (int line = 1; line <= LINES; line++) {
            var text = (line + "\n").getBytes(StandardCharsets.UTF_8);
            checksum.update(text);
            bytes += text.length;
        }
        return done.cutOff() > 0 && done.bytes() == bytes && done.checksum() == checksum.getValue();
    }

    private static Map<String, ?> function(ScenarioContext context, String name, String mode, int concurrency) {
        return Map.of(
                "name",
                name,
                "image",
                context.image(),
                "entrypoint",
                List.of("/busybox", name.equals("wait") ? "sleep" : name),
                "mode",
                mode,
                "concurrency",
                concurrency,
                "limits",
                Map.of("timeoutSeconds", 900, "resultKb", 16_384));
    }

    private static String id(Future<Buffer> submitted) throws Exception {
        return Client.readTree(Client.await(submitted)).path("activationId").asText();
    }

    /** The heap after a garbage collection. */
    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void requireDescriptors(int wanted) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < wanted) {
            throw new IOException(
                    "these streams need " + wanted + " file descriptors in each of two processes, but the limit is "
                            + system.getMaxFileDescriptorCount() + ": raise it with ulimit -n " + wanted);
        }
    }

    /** The results of the readers so far. */
    private static final class ReaderResults {
        private final Samples first = new Samples();
        private final Samples ended = new Samples();
        private final List<String> broken = new ArrayList<>();
        private final List<SlowReader.Result> slow = new ArrayList<>();
        private long lastFirst = System.nanoTime();
        private long lastEnd = System.nanoTime();

        void add(String line) {
            var words = line.split(" ");
            switch (words[0]) {
                case "first" -> {
                    first.add(micros(words[1]));
                    lastFirst = System.nanoTime();
                }
                case "ended" -> {
                    ended.add(micros(words[1]));
                    lastEnd = System.nanoTime();
                }
                case "broken" -> broken.add(line);
                case "slow" ->
                    slow.add(new SlowReader.Result(
                            Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
                default -> throw new IllegalStateException("unknown line from the readers: " + line);
            }
        }

        private static long micros(String number) {
            return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(number));
        }

        String reasons() {
            return broken.isEmpty() ? "none" : broken.getFirst();
        }
    }

    /** Runs {@link StreamReaders} as a child process. */
    private record Readers(Process process, BufferedReader out) implements AutoCloseable {
        static Readers start(ScenarioContext context, Client user) throws IOException {
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-XX:+UseSerialGC",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StreamReaders.class.getName(),
                            context.api().toString(),
                            Integer.toString(3 * STALL_SECONDS))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var readers = new Readers(process, process.inputReader(StandardCharsets.UTF_8));
            readers.send(user.authorization());
            return readers;
        }

        void send(String line) throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n');
            if (line.equals("go")) {
                process.outputWriter(StandardCharsets.UTF_8).close();
            }
        }

        /** Reads results until this line, or the end. Blocks. */
        void readUntil(ReaderResults results, String until) throws IOException {
            for (var line = out.readLine(); line != null && !line.equals(until); line = out.readLine()) {
                results.add(line);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
