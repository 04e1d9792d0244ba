package dev.faas.system.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Pause;
import dev.faas.wire.Codec.CodecException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Schedules, a sender of a hook and a receiver of webhooks, beside the load. Each nominal time must have one tick, each tick and
 * each delivery of the hook one activation, none of them early, and each end must reach the receiver.
 */
final class Triggers implements AutoCloseable {
    /** A function that ends at once. */
    static final String FUNCTION = "called";

    static final String SCRIPT = "echo \"$1\"";

    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int SCHEDULES = 2;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration LAST_TRIES = Duration.ofSeconds(60);
    /** The third attempt of a delivery comes after five minutes. */
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(7);

    private final LoadClient client;
    private final String name;
    private final Instant begun = Instant.now();
    private final WebhookSink sink;
    private final List<String> schedules = new ArrayList<>();
    private final Map<String, String> hooked = new ConcurrentHashMap<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> ended = new TreeSet<>();
    private String hook = "";
    private String address = "";
    private int ticks;

    private Triggers(LoadClient client, String name) throws IOException {
        this.client = client;
        this.name = name;
        this.sink = new WebhookSink();
    }

    /** @param name unique to this load */
    static Triggers start(LoadClient client, String name) throws IOException, InterruptedException {
        var triggers = new Triggers(client, name);
        var open = false;
        try {
            triggers.create();
            triggers.threads.execute(triggers::sendRepeatedly);
            open = true;
            return triggers;
        } finally {
            if (!open) {
                triggers.close();
            }
        }
    }

    private void create() throws IOException, InterruptedException {
        var destination = Map.of(
                "name",
                name,
                "url",
                sink.url(),
                "events",
                List.of("activation.succeeded"),
                "functions",
                List.of(FUNCTION),
                "timeoutSeconds",
                5);
        sink.expectSecret(create("/v1/destinations", destination).path("secret").asText());
        var made = create("/v1/hooks", Map.of("name", name, "function", FUNCTION, "ratePerSecond", 1_000));
        hook = made.path("id").asText();
        address = made.path("url").asText();
        for (int i = 0; i < SCHEDULES; i++) {
            var schedule = Map.of(
                    "name",
                    name + i,
                    "function",
                    FUNCTION,
                    "cron",
                    "@every " + EVERY.toSeconds() + "s",
                    "overlap",
                    "allowAll");
            schedules.add(create("/v1/schedules", schedule).path("id").asText());
        }
    }

    private JsonNode create(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return client.post(path, body, Map.of()).orThrow().body();
    }

    private void sendRepeatedly() {
        try {
            for (int i = 0; !stopping.await(EVERY.toMillis(), TimeUnit.MILLISECONDS); i++) {
                var delivery = name + "-" + i;
                threads.execute(() -> send(delivery));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until it is accepted, as senders do. */
    private void send(String delivery) {
        long giveUp = Long.MAX_VALUE;
        try {
            while (!isAccepted(delivery)) {
                if (stopping.getCount() == 0) {
                    giveUp = Math.min(giveUp, System.nanoTime() + LAST_TRIES.toNanos());
                }
                if (System.nanoTime() > giveUp) {
                    problems.add("the delivery " + delivery + " of a hook was never accepted");
                    return;
                }
                Pause.of(RETRY_AFTER);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAccepted(String delivery) throws InterruptedException {
        try {
            var answer = client.post(address, Map.of("delivery", delivery), Map.of("webhook-id", delivery));
            if (answer.status() != 202) {
                return false;
            }
            var id = answer.body().path("activationId").asText();
            var before = hooked.putIfAbsent(delivery, id);
            if (before != null && !before.equals(id)) {
                problems.add("the delivery " + delivery + " of a hook made " + before + " and " + id);
            }
            return true;
        } catch (IOException | CodecException e) {
            return false;
        }
    }

    /** Sends no more and pauses the schedules. */
    void stop() throws IOException, InterruptedException {
        stopping.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(2 * LAST_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("a sender that does not end");
        }
        for (var schedule : schedules) {
            create("/v1/schedules/" + schedule + "/pause", Map.of());
        }
    }

    /** Checks all that has happened, then deletes what was made. Blocks up to some minutes. */
    void audit() throws IOException, InterruptedException {
        long until = System.nanoTime() + SETTLED_WITHIN.toNanos();
        for (var schedule : schedules) {
            checkTicks(schedule, until);
        }
        for (var delivery : hooked.keySet()) {
            isAccepted(delivery); // again: it is the same activation
        }
        checkActivations(hook, new TreeSet<>(hooked.values()), until);
        checkDeliveries(until);
        for (var schedule : schedules) {
            client.delete("/v1/schedules/" + schedule).orThrow();
        }
        client.delete("/v1/hooks/" + hook).orThrow();
        client.delete("/v1/destinations/" + name).orThrow();
    }

    private void checkTicks(String schedule, long until) throws IOException, InterruptedException {
        var path = "/v1/schedules/" + schedule + "/ticks?limit=100";
        var all = pages(path);
        while (all.stream().anyMatch(Triggers::isOpen) && System.nanoTime() < until) {
            Pause.of(RETRY_AFTER);
            all = pages(path);
        }
        var byTime = new TreeMap<Instant, JsonNode>();
        for (var tick : all) {
            if (tick.path("outcome").asText().equals("paused")) {
                continue; // of the stop
            }
            if (!tick.path("outcome").asText().equals("fired")) {
                problems.add("a tick did not fire: " + tick);
            }
            if (byTime.put(Instant.parse(tick.path("nominalTime").asText()), tick) != null) {
                problems.add("a nominal time has two ticks: " + tick);
            }
        }
        Instant last = null;
        for (var time : byTime.keySet()) {
            if (last != null && !time.equals(last.plus(EVERY))) {
                problems.add("no tick between " + last + " and " + time);
            }
            last = time;
        }
        ticks += byTime.size();
        var ids = byTime.values().stream()
                .map(tick -> tick.path("activationId").asText())
                .collect(Collectors.toCollection(TreeSet::new));
        checkActivations(schedule, ids, until).forEach((id, record) -> {
            var nominal = Instant.parse(record.path("trigger").path("key").asText());
            if (Instant.parse(record.path("submittedAt").asText()).isBefore(nominal)
                    || !byTime.containsKey(nominal)
                    || !byTime.get(nominal).path("activationId").asText().equals(id)) {
                problems.add("early, or not of its tick: " + record);
            }
        });
    }

    /** An older one is over, so it has its last outcome. */
    private static boolean isOpen(JsonNode tick) {
        return Set.of("claimed", "waiting", "buffered")
                .contains(tick.path("outcome").asText());
    }

    /** By id; those that the list has, which must be the expected ones. */
    private Map<String, JsonNode> checkActivations(String trigger, Set<String> expected, long until)
            throws IOException, InterruptedException {
        var path = "/v1/activations?limit=100&since=" + begun + "&trigger=" + trigger;
        var listed = byId(pages(path));
        while (!isDone(listed, expected) && System.nanoTime() < until) {
            Pause.of(RETRY_AFTER);
            listed = byId(pages(path));
        }
        if (!listed.keySet().equals(expected)) {
            var more = new TreeSet<>(listed.keySet());
            more.removeAll(expected);
            var less = new TreeSet<>(expected);
            less.removeAll(listed.keySet());
            problems.add(trigger + " made also " + more + ", and not " + less);
        }
        for (var record : listed.values()) {
            if (record.path("status").asText().equals("succeeded")) {
                ended.add(record.path("activationId").asText());
            } else {
                problems.add("it did not succeed: " + record);
            }
        }
        return listed;
    }

    private static boolean isDone(Map<String, JsonNode> listed, Set<String> expected) {
        return listed.keySet().containsAll(expected)
                && listed.values().stream()
                        .noneMatch(record -> record.path("finishedAt").isNull());
    }

    private static Map<String, JsonNode> byId(List<JsonNode> records) {
        return records.stream()
                .collect(Collectors.toMap(record -> record.path("activationId").asText(), record -> record));
    }

    private void checkDeliveries(long until) throws InterruptedException {
        var expected = ended.stream().map(id -> "evt_" + id).collect(Collectors.toSet());
        while (!sink.received().containsAll(expected) && System.nanoTime() < until) {
            Pause.of(RETRY_AFTER);
        }
        var missing = new TreeSet<>(expected);
        missing.removeAll(sink.received());
        var unknown = new TreeSet<>(sink.received());
        unknown.removeAll(expected);
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            problems.add("events that were not delivered: " + missing + ", or of nothing: " + unknown);
        }
        problems.addAll(sink.problems());
    }

    private List<JsonNode> pages(String path) throws IOException, InterruptedException {
        var found = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = client.get(path + cursor).orThrow().body();
            StreamSupport.stream(page.path("items").spliterator(), false).forEach(found::add);
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asText();
        } while (!cursor.isEmpty());
        return found;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    int ticks() {
        return ticks;
    }

    int hooked() {
        return hooked.size();
    }

    int delivered() {
        return sink.received().size();
    }

    @Override
    public void close() {
        stopping.countDown();
        threads.shutdownNow();
        sink.close();
    }
}
