package dev.faas.system.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Counts how often each argument is really run, without asking the platform: a function has no network to count by, but every
 * run is a process of this machine whose command line ends with its argument, in a control group named by its container. A run
 * that lives shorter than a look at the process table can be missed; none is counted twice. Linux; Docker on this machine.
 */
final class RunWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Path PROCESSES = Path.of("/proc");
    /** For so long a process is looked at again, as it may have been about to become another program. */
    private static final Duration YOUNG = Duration.ofSeconds(3);

    private final String marker;
    private final Map<String, Set<String>> runs = new ConcurrentHashMap<>();
    private final Map<String, Long> firstSeen = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private RunWatch(String marker) {
        this.marker = marker;
        this.thread = Thread.ofPlatform().daemon().name("run-watch").unstarted(this::watch);
    }

    /** @param marker what the arguments begin with */
    static RunWatch start(String marker) {
        var watch = new RunWatch(marker);
        watch.thread.start();
        return watch;
    }

    int runs(String argument) {
        return runs.getOrDefault(argument, Set.of()).size();
    }

    /** All that was run at least once, whether its submit was ever answered or not. */
    Set<String> arguments() {
        return Set.copyOf(runs.keySet());
    }

    private void watch() {
        try {
            while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws IOException {
        var there = new HashSet<String>();
        long now = System.nanoTime();
        try (var processes = Files.newDirectoryStream(PROCESSES, "[1-9]*")) {
            for (var process : processes) {
                var pid = process.getFileName().toString();
                there.add(pid);
                if (now - firstSeen.computeIfAbsent(pid, first -> now) < YOUNG.toNanos()) {
                    look(process);
                }
            }
        }
        firstSeen.keySet().retainAll(there);
    }

    private void look(Path process) {
        try {
            var line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            // Each word ends with a NUL.
            var last =
                    line.substring(line.lastIndexOf(0, line.length() - 2) + 1).replace("\0", "");
            if (last.startsWith(marker)) {
                var container = Files.readString(process.resolve("cgroup"), StandardCharsets.ISO_8859_1);
                runs.computeIfAbsent(last, argument -> ConcurrentHashMap.newKeySet())
                        .add(container);
            }
        } catch (IOException e) {
            return; // it has just ended
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
