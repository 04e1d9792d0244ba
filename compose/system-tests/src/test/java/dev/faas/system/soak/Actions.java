package dev.faas.system.soak;

import dev.faas.testing.Await;
import dev.faas.system.faults.FaultPlatform;
import dev.faas.system.faults.LoadClient;
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
 * The mixed load of a soak: each deed again and again at its own pace, each checked for what it should come to. All together
 * need little more than half of the six slots that one user may have of two spawners on two cores; where a machine cannot keep
 * up, turns are left out, since a queue that grows would look like something that grows.
 */
final class Actions implements AutoCloseable {
    private static final Duration LAST = Duration.ofMinutes(3);
    private static final int SOME = 20;
    /** Of one kind. */
    private static final int MOST_AT_ONCE = 8;

    private static final long HUGE_BYTES = 8 << 20;

    private final LoadClient customer;
    private final Map<String, AtomicLong> done = new TreeMap<>();
    private final AtomicLong leftOut = new AtomicLong();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService pacers = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong number = new AtomicLong();
    private final String image;

    @FunctionalInterface
    private interface Deed {
        void run(String argument) throws IOException, InterruptedException;
    }

    Actions(FaultPlatform stage) throws IOException, InterruptedException {
        customer = stage.customer();
        image = stage.script("echo \"$1\"");
        customer.function("short", image, Map.of());
        customer.function("quick", image, Map.of("mode", "reused"));
        customer.function("long", stage.script("/bin/busybox sleep 15; echo \"$1\""), Map.of());
        customer.function("failing", stage.script("echo \"$1\"; exit 3"), Map.of());
        customer.function(
                "huge",
                stage.script("/bin/busybox head -c " + HUGE_BYTES + " /dev/zero"),
                Map.of("limits", Map.of("resultKb", 16_384)));
        customer.function(
                "talking",
                stage.script("i=0; while [ $i -lt 10 ]; do echo $i; /bin/busybox sleep 1; i=$((i+1)); done"),
                Map.of());
    }

    void start() {
        again("short runs", 1_000, argument -> ends("short", argument, "succeeded"));
        again("runs in a kept container", 400, argument -> ends("quick", argument, "succeeded"));
        again("failing runs", 4_000, argument -> ends("failing", argument, "failed"));
        again("long runs", 20_000, argument -> ends("long", argument, "succeeded"));
        again("runs cancelled", 10_000, this::cancelled);
        again("huge results, read", 20_000, this::huge);
        again("streams read to their end", 20_000, argument -> stream(argument, Integer.MAX_VALUE));
        again("streams dropped", 10_000, argument -> stream(argument, 1));
        again("logins", 10_000, argument -> customer.login().orThrow());
        again(
                "lists",
                2_000,
                argument -> customer.get("/v1/activations?limit=50").orThrow());
        again("functions made, run and deleted", 30_000, this::function);
    }

    private void again(String name, int everyMillis, Deed deed) {
        var count = new AtomicLong();
        var places = new Semaphore(MOST_AT_ONCE);
        done.put(name, count);
        pacers.execute(() -> {
            try {
                while (!stopping.await(everyMillis, TimeUnit.MILLISECONDS)) {
                    if (places.tryAcquire()) {
                        threads.execute(() -> {
                            try {
                                once(name, count, deed);
                            } finally {
                                places.release();
                            }
                        });
                    } else {
                        leftOut.incrementAndGet();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void once(String name, AtomicLong count, Deed deed) {
        try {
            deed.run("soak-" + number.incrementAndGet());
            count.incrementAndGet();
        } catch (IOException | RuntimeException e) {
            problems.add(name + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String submit(String function, String argument) throws IOException, InterruptedException {
        return customer.submit(function, argument, "")
                .orThrow()
                .body()
                .path("activationId")
                .asText();
    }

    private void ends(String function, String argument, String status) throws IOException, InterruptedException {
        var id = submit(function, argument);
        await(id, status);
    }

    private void await(String id, String status) throws IOException, InterruptedException {
        var until = System.nanoTime() + LAST.toNanos();
        var record = customer.record(id);
        while (record.path("finishedAt").isNull() && System.nanoTime() < until) {
            record = customer.record(id);
        }
        if (!record.path("status").asText().equals(status)) {
            throw new IOException("not " + status + ": " + record);
        }
    }

    private void cancelled(String argument) throws IOException, InterruptedException {
        var id = submit("long", argument);
        Await.until("a run to cancel", () -> customer.record(id).path("status").asText().equals("running"));
        customer.delete("/v1/activations/" + id).orThrow();
        await(id, "cancelled");
    }

    private void huge(String argument) throws IOException, InterruptedException {
        var id = submit("huge", argument);
        await(id, "succeeded");
        long bytes = customer.drain("/v1/activations/" + id + "/result");
        if (bytes != HUGE_BYTES) {
            throw new IOException("a result of " + bytes + " bytes");
        }
    }

    /** @param lines after which it is dropped */
    private void stream(String argument, int lines) throws IOException, InterruptedException {
        var id = submit("talking", argument);
        var last = customer.stream("/v1/activations/" + id + "/events", lines);
        if (lines == Integer.MAX_VALUE && !last.equals("event: end")) {
            throw new IOException("a stream whose last event is " + last);
        }
    }

    private void function(String argument) throws IOException, InterruptedException {
        customer.function(argument, image, Map.of());
        ends(argument, argument, "succeeded");
        customer.delete("/v1/functions/" + argument).orThrow();
    }

    /** So far. */
    long done() {
        return done.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Returns when what was begun has come to its end. */
    void stop() throws InterruptedException {
        stopping.countDown();
        pacers.close();
        threads.shutdown();
        if (!threads.awaitTermination(2 * LAST.toSeconds(), TimeUnit.SECONDS)) {
            problems.add("deeds that do not end");
        }
    }

    /** The first of them, in words. */
    List<String> problems() {
        return problems.stream().limit(SOME).toList();
    }

    void print(PrintStream out) {
        done.forEach((name, count) -> out.println("  " + count + " " + name));
        out.println("  " + problems.size() + " that went wrong, " + leftOut + " turns left out");
    }

    @Override
    public void close() {
        stopping.countDown();
        pacers.shutdownNow();
        threads.shutdownNow();
    }
}
