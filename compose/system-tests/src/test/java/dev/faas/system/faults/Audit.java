package dev.faas.system.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvents;
import dev.faas.nats.Nats;
import dev.faas.testing.Pause;
import dev.faas.wire.Codec.CodecException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks every accepted activation after the faults: its record in the API, its ends in the event stream, its entry in the
 * ledger, and its runs in the kernel's process accounting.
 */
final class Audit {
    /** The command of a dead spawner is delivered again after 30 s, and may have to wait in a queue. */
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(4);

    /** More than any expected wait: {@code ack_wait} of 30 s, a reconciler's interval, the queues of the load. */
    private static final Duration USUAL_WAIT = Duration.ofSeconds(75);

    private static final Duration LISTED_WITHIN = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final FaultPlatform platform;
    private final RunWatch watch;
    private final List<AcceptedSubmit> accepted;
    private final Set<String> lost = new TreeSet<>();
    private final Set<String> doubled = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> statuses = new HashMap<>();
    private int givenUp;

    Audit(FaultPlatform platform, RunWatch watch, List<AcceptedSubmit> accepted) {
        this.platform = platform;
        this.watch = watch;
        this.accepted = accepted;
    }

    /** Blocks up to some minutes. */
    void run(Instant since) throws Exception {
        for (var part : platform.parts()) {
            if (!part.isAlive()) {
                problems.add(part.name() + " has ended unexpectedly");
            }
        }
        try {
            checkEnds();
            checkKeys();
            checkLedger(since);
            checkFigures();
        } catch (IOException e) {
            // This row has failed; the platform may recover before the next one.
            problems.add(e + ": " + e.getCause());
        }
        checkRuns();
        checkContainers();
    }

    private void checkEnds() throws Exception {
        long begun = System.nanoTime();
        var until = begun + ENDS_WITHIN.toNanos();
        try (var nats = Nats.connect(platform.natsConfig(), "faults")) {
            var events = new ActivationEvents(nats);
            for (var each : accepted) {
                var record = awaitEnd(each, begun + USUAL_WAIT.toNanos());
                if (record.path("finishedAt").isNull()) {
                    problems.add(each + " waits for too long: " + explainQueue(record));
                    record = awaitEnd(each, until);
                }
                statuses.put(each.id(), record.path("status").asText());
                checkOutcome(each, record);
                int ends = Ends.count(events, each.id(), until);
                if (ends != 1) {
                    (ends == 0 ? lost : doubled).add(each.id());
                    problems.add(each + " has " + ends + " ends");
                }
            }
        }
    }

    /** Why it waits, by the platform's explain and by the brokers. */
    private String explainQueue(JsonNode record) throws IOException, InterruptedException {
        var explained = platform.client()
                .get("/v1/activations/" + record.path("activationId").asText() + "/explain");
        return record + " explained as " + explained.body() + "; "
                + platform.brokers()
                        .describeQueue(record.path("function").path("id").asText());
    }

    private JsonNode awaitEnd(AcceptedSubmit submitted, long until) throws IOException, InterruptedException {
        JsonNode seen = null;
        while (seen == null || System.nanoTime() < until) {
            try {
                seen = platform.client().record(submitted.id());
                if (!seen.path("finishedAt").isNull()) {
                    return seen;
                }
            } catch (IOException | CodecException e) {
                if (System.nanoTime() > until) {
                    throw new IOException("the platform does not answer in the end", e);
                }
            }
        }
        return seen;
    }

    private void checkOutcome(AcceptedSubmit submitted, JsonNode record) {
        var status = record.path("status").asText();
        if (submitted.kind() == LoadFunction.AT_MOST_ONCE
                && status.equals("failed")
                && record.path("reason").asText().equals("worker_lost")) {
            givenUp++;
        } else if (!status.equals("succeeded")
                || !record.path("result").asText().equals(LoadFunction.result(submitted.argument()))) {
            lost.add(submitted.id());
            problems.add(submitted + " came to " + record);
        }
    }

    /** A repeated submit with the same key returns the same activation. */
    private void checkKeys() throws IOException, InterruptedException {
        for (var each : accepted) {
            if (!each.key().isEmpty()) {
                var again = platform.client()
                        .submit(each.kind().function(), each.argument(), each.key())
                        .orThrow();
                if (!again.body().path("activationId").asText().equals(each.id())) {
                    doubled.add(each.id());
                    problems.add(each + " is another one when it is sent again: " + again.body());
                }
            }
        }
    }

    private void checkLedger(Instant since) throws IOException, InterruptedException {
        var until = System.nanoTime() + LISTED_WITHIN.toNanos();
        var open = new HashSet<>(statuses.keySet());
        var unfinished = new ArrayList<String>();
        while (true) {
            unfinished.clear();
            for (var listed : list(since)) {
                var id = listed.path("activationId").asText();
                if (listed.path("status").asText().equals(statuses.get(id))) {
                    open.remove(id);
                }
                // Activations that were stored but not answered must end, too.
                if (listed.path("finishedAt").isNull()) {
                    unfinished.add(listed.toString());
                }
            }
            if (open.isEmpty() && unfinished.isEmpty()) {
                return;
            }
            if (System.nanoTime() > until) {
                lost.addAll(open);
                problems.add("the ledger does not agree on " + open + ", and says these have not ended: " + unfinished);
                return;
            }
            Pause.of(LOOK_AGAIN);
        }
    }

    /** What was counted in passing is what a count of the ledger gives, of all rows so far. */
    private void checkFigures() throws IOException, InterruptedException {
        var counted = platform.client()
                .get("/v1/stats?step=3600&since=" + Instant.now().minus(Duration.ofDays(2)))
                .orThrow()
                .body()
                .path("totals");
        var listed = list(Instant.EPOCH);
        var counts = new TreeMap<>(Map.of("submitted", listed.size()));
        listed.forEach(each -> counts.merge(each.path("status").asText(), 1, Integer::sum));
        counts.forEach((name, count) -> {
            if (counted.path(name).asInt() != count) {
                problems.add("the ledger has " + count + " " + name + ", the figures say " + counted);
            }
        });
    }

    private List<JsonNode> list(Instant since) throws IOException, InterruptedException {
        var found = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = platform.client()
                    .get("/v1/activations?limit=100&since=" + since + cursor)
                    .orThrow()
                    .body();
            page.path("items").forEach(found::add);
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asText();
        } while (!cursor.isEmpty());
        return found;
    }

    /** At-most-once functions ran at most once, with or without a response to their submit; succeeded activations did run. */
    private void checkRuns() throws IOException, InterruptedException {
        var runs = watch.countRuns();
        runs.forEach((argument, times) -> {
            if (times > 1 && argument.contains(LoadFunction.AT_MOST_ONCE.function())) {
                doubled.add(argument);
                problems.add(argument + " was run " + times + " times");
            }
        });
        for (var each : accepted) {
            if ("succeeded".equals(statuses.get(each.id())) && !runs.containsKey(RunWatch.name(each.argument()))) {
                problems.add(each + " succeeded, and no process of it was seen: the count cannot be trusted");
            }
        }
    }

    private void checkContainers() throws InterruptedException {
        var left = platform.awaitContainersGone();
        if (!left.isEmpty()) {
            problems.add("containers stay: " + left);
        }
    }

    int lost() {
        return lost.size();
    }

    int doubled() {
        return doubled.size();
    }

    int givenUp() {
        return givenUp;
    }

    List<String> problems() {
        return problems;
    }
}
