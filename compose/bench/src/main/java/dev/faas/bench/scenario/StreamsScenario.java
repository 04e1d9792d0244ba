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
 * Many event streams open at one gateway, each of an activation of its own that waits, runs and ends; among them readers that
 * stop reading, are cut off, and come back where they were. The readers are a process of their own.
 */
public final class StreamsScenario implements Scenario.OnPlatform {
    private static final int STREAMS = 10_000;
    private static final int SLOW = 20;
    private static final int CLIENTS = 16;
    /** Runs of the function at once, all taken until the streams are open. */
    private static final int AT_ONCE = 8;

    private static final int STALL_SECONDS = 5;
    /** A slow reader's: 8 MiB, more than all buffers between it and the gateway hold. */
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
    public String what() {
        return "event streams open at one gateway, each until its activation's end; readers in a process of their own";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_SSE_STALL_LIMIT", STALL_SECONDS + "s");
    }

    @Override
    public Report run(ScenarioContext stage) throws Exception {
        int streams = stage.count().orElse(STREAMS);
        requireDescriptors(streams + SPARE_DESCRIPTORS);
        try (var user = stage.user()) {
            user.function(function(stage, "wait", "reused", AT_ONCE));
            user.function(function(stage, "seq", "isolated", 1));
            var holders = new ArrayList<String>();
            for (int i = 0; i < AT_ONCE; i++) {
                holders.add(id(user.submit("wait", "", "600")));
            }
            var ids = Collections.synchronizedList(new ArrayList<String>());
            ClosedLoop.run(
                    CLIENTS,
                    streams,
                    LIMIT,
                    i -> user.submit("wait", "", "0")
                            .onSuccess(answer -> ids.add(
                                    Client.tree(answer).path("activationId").asText())));
            var flood = id(user.submit("seq", "", Integer.toString(LINES)));
            user.end(flood);
            long before = heapInUse();
            try (var readers = Readers.start(stage, user)) {
                for (var id : ids) {
                    readers.tell("fast " + id);
                }
                for (int i = 0; i < SLOW; i++) {
                    readers.tell("slow " + flood);
                }
                long asked = System.nanoTime();
                readers.tell("go");
                var heard = new Heard();
                readers.hear(heard, "open");
                var opened = Duration.ofNanos(heard.lastFirst - asked);
                long during = heapInUse();
                for (var holder : holders) {
                    user.ask(HttpMethod.DELETE, "/v1/activations/" + holder, null);
                }
                long released = System.nanoTime();
                readers.hear(heard, "");
                var all = Duration.ofNanos(heard.lastEnd - released);
                return report(streams, heard, opened, all, before, during);
            }
        }
    }

    private Report report(int streams, Heard heard, Duration opened, Duration all, long before, long during) {
        int resumed = (int) heard.slow.stream().filter(StreamsScenario::whole).count();
        return new Report(
                name(),
                what(),
                List.of(
                        heard.first.row("GET …/events → first event, 100 at once", streams / (opened.toNanos() / 1e9)),
                        heard.ended.row("activation's end → its terminal event read", streams / (all.toNanos() / 1e9))),
                List.of(
                        new Figure("heap in use before, of platform and this client", before / MIB, "MiB"),
                        new Figure("heap in use with all streams open", during / MIB, "MiB"),
                        new Figure("of it a stream", (during - before) / 1024.0 / streams, "KiB"),
                        new Figure("largest heap allowed", Runtime.getRuntime().maxMemory() / MIB, "MiB"),
                        new Figure("streams broken: " + heard.reasons(), heard.broken.size(), "")),
                List.of(
                        TargetResult.atLeast("P7", "streams that got their end", streams, heard.ended.count(), ""),
                        TargetResult.atMost("P7", "heap in use with all open", HEAP_MIB, during / MIB, "MiB"),
                        TargetResult.atLeast("P7", "slow readers cut off, resumed, whole", SLOW, resumed, "")));
    }

    /** {@code seq}'s output to the byte, though it was cut off. */
    private static boolean whole(SlowReader.Done done) {
        var checksum = new CRC32();
        long bytes = 0;
        for (int line = 1; line <= LINES; line++) {
            var text = (line + "\n").getBytes(StandardCharsets.UTF_8);
            checksum.update(text);
            bytes += text.length;
        }
        return done.cutOff() > 0 && done.bytes() == bytes && done.checksum() == checksum.getValue();
    }

    private static Map<String, ?> function(ScenarioContext stage, String name, String mode, int concurrency) {
        return Map.of(
                "name",
                name,
                "image",
                stage.image(),
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
        return Client.tree(Client.await(submitted)).path("activationId").asText();
    }

    /** After a collection: what is really held. */
    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void requireDescriptors(int wanted) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < wanted) {
            throw new IOException("so many streams need " + wanted + " file descriptors in each of two processes, and "
                    + system.getMaxFileDescriptorCount() + " are allowed: raise the limit with ulimit -n " + wanted);
        }
    }

    /** What the readers have told so far. */
    private static final class Heard {
        private final Samples first = new Samples();
        private final Samples ended = new Samples();
        private final List<String> broken = new ArrayList<>();
        private final List<SlowReader.Done> slow = new ArrayList<>();
        private long lastFirst = System.nanoTime();
        private long lastEnd = System.nanoTime();

        void line(String line) {
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
                    slow.add(new SlowReader.Done(
                            Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
                default -> throw new IllegalStateException("the readers said: " + line);
            }
        }

        private static long micros(String number) {
            return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(number));
        }

        String reasons() {
            return broken.isEmpty() ? "none" : broken.getFirst();
        }
    }

    /** The process of {@link StreamReaders}. */
    private record Readers(Process process, BufferedReader out) implements AutoCloseable {
        static Readers start(ScenarioContext stage, Client user) throws IOException {
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
                            stage.api().toString(),
                            Integer.toString(3 * STALL_SECONDS))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var readers = new Readers(process, process.inputReader(StandardCharsets.UTF_8));
            readers.tell(user.authorization());
            return readers;
        }

        void tell(String line) throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n');
            if (line.equals("go")) {
                process.outputWriter(StandardCharsets.UTF_8).close();
            }
        }

        /** Until they say this word, or end. Blocks. */
        void hear(Heard heard, String until) throws IOException {
            for (var line = out.readLine(); line != null && !line.equals(until); line = out.readLine()) {
                heard.line(line);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
