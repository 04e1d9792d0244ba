package dev.faas.system.soak;

import dev.faas.system.faults.FaultPlatform;
import dev.faas.system.faults.LoadClient;
import dev.faas.testing.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Generates the mixed load of a soak: repeats each action at its own interval and checks its outcome. Together the actions need
 * little more than half of the six slots that one user may have of two spawners on two cores. A slower machine skips actions,
 * because a growing queue would look like a leak.
 */
final class Actions implements AutoCloseable {
    private static final Duration END_LIMIT = Duration.ofMinutes(3);
    private static final int MAX_PROBLEMS_SHOWN = 20;
    /** Per action. */
    private static final int MAX_CONCURRENT = 8;

    private static final long HUGE_BYTES = 8 << 20;

    private final LoadClient client;
    private final Map<String, AtomicLong> completedCount = new TreeMap<>();
    private final AtomicLong skipped = new AtomicLong();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService pacers = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong number = new AtomicLong();
    private final String image;

    @FunctionalInterface
    private interface Action {
        void run(String argument) throws IOException, InterruptedException;
    }

    Actions(FaultPlatform platform) throws IOException, InterruptedException {
        client = platform.client();
        image = platform.createImage("echo \"$1\"");
        client.createFunction("short", image, Map.of());
        client.createFunction("quick", image, Map.of("mode", "reused"));
        client.createFunction("nested", image, Map.of("mode", "nested"));
        client.createFunction("long", platform.createImage("/bin/busybox sleep 15; echo \"$1\""), Map.of());
        client.createFunction("failing", platform.createImage("echo \"$1\"; exit 3"), Map.of());
        client.createFunction(
                "huge",
                platform.createImage("/bin/busybox head -c " + HUGE_BYTES + " /dev/zero"),
                Map.of("limits", Map.of("resultKb", 16_384)));
        client.createFunction(
                "talking",
                platform.createImage("i=0; while [ $i -lt 10 ]; do echo $i; /bin/busybox sleep 1; i=$((i+1)); done"),
                Map.of());
    }

    void start() {
        repeat("short runs", 1_000, argument -> runUntil("short", argument, "succeeded"));
        repeat("runs in a kept container", 400, argument -> runUntil("quick", argument, "succeeded"));
        repeat("nested runs", 800, argument -> runUntil("nested", argument, "succeeded"));
        repeat("failing runs", 4_000, argument -> runUntil("failing", argument, "failed"));
        repeat("long runs", 20_000, argument -> runUntil("long", argument, "succeeded"));
        repeat("runs cancelled", 10_000, this::runAndCancel);
        repeat("huge results, read", 20_000, this::readHugeResult);
        repeat("streams read to their end", 20_000, argument -> readStream(argument, Integer.MAX_VALUE));
        repeat("streams dropped", 10_000, argument -> readStream(argument, 1));
        repeat("logins", 10_000, argument -> client.login().orThrow());
        repeat(
                "lists",
                2_000,
                argument -> client.get("/v1/activations?limit=50").orThrow());
        repeat("functions made, run and deleted", 30_000, this::useNewFunction);
    }

    private void repeat(String name, int everyMillis, Action action) {
        var count = new AtomicLong();
        var places = new Semaphore(MAX_CONCURRENT);
        completedCount.put(name, count);
        pacers.execute(() -> {
            try {
                while (!stopping.await(everyMillis, TimeUnit.MILLISECONDS)) {
                    if (places.tryAcquire()) {
                        threads.execute(() -> {
                            try {
                                runOnce(name, count, action);
                            } finally {
                                places.release();
                            }
                        });
                    } else {
                        skipped.incrementAndGet();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void runOnce(String name, AtomicLong count, Action action) {
        try {
            action.run("soak-" + number.incrementAndGet());
            count.incrementAndGet();
        } catch (IOException | RuntimeException e) {
            problems.add(name + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String submit(String function, String argument) throws IOException, InterruptedException {
        return client.submit(function, argument, "")
                .orThrow()
                .body()
                .path("activationId")
                .asText();
    }

    private void runUntil(String function, String argument, String status) throws IOException, InterruptedException {
        var id = submit(function, argument);
        await(id, status);
    }

    private void await(String id, String status) throws IOException, InterruptedException {
        var until = System.nanoTime() + END_LIMIT.toNanos();
        var record = client.record(id);
        while (record.path("finishedAt").isNull() && System.nanoTime() < until) {
            record = client.record(id);
        }
        if (!record.path("status").asText().equals(status)) {
            throw new IOException("not " + status + ": " + record);
        }
    }

    private void runAndCancel(String argument) throws IOException, InterruptedException {
        var id = submit("long", argument);
        Await.until(
                "a run to cancel",
                () -> client.record(id).path("status").asText().equals("running"));
        client.delete("/v1/activations/" + id).orThrow();
        await(id, "cancelled");
    }

    private void readHugeResult(String argument) throws IOException, InterruptedException {
        var id = submit("huge", argument);
        await(id, "succeeded");
        long bytes = client.countBytes("/v1/activations/" + id + "/result");
        if (bytes != HUGE_BYTES) {
            throw new IOException("a result of " + bytes + " bytes");
        }
    }

    /** @param lines after which the client disconnects */
    private void readStream(String argument, int lines) throws IOException, InterruptedException {
        var id = submit("talking", argument);
        var last = client.stream("/v1/activations/" + id + "/events", lines);
        if (lines == Integer.MAX_VALUE && !last.equals("end")) {
            throw new IOException("a stream whose last event is " + last);
        }
    }

    private void useNewFunction(String argument) throws IOException, InterruptedException {
        client.createFunction(argument, image, Map.of());
        runUntil(argument, argument, "succeeded");
        client.delete("/v1/functions/" + argument).orThrow();
    }

    /** Completed actions so far. */
    long completedCount() {
        return completedCount.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Starts no more actions, and waits until the running ones have ended. */
    void stop() throws InterruptedException {
        stopping.countDown();
        pacers.close();
        threads.shutdown();
        if (!threads.awaitTermination(2 * END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            problems.add("actions that do not end");
        }
    }

    /** The first problems. */
    List<String> problems() {
        return problems.stream().limit(MAX_PROBLEMS_SHOWN).toList();
    }

    void print(PrintStream out) {
        completedCount.forEach((name, count) -> out.println("  " + count + " " + name));
        out.println("  " + problems.size() + " that went wrong, " + skipped + " turns left out");
    }

    @Override
    public void close() {
        stopping.countDown();
        pacers.shutdownNow();
        threads.shutdownNow();
    }
}
