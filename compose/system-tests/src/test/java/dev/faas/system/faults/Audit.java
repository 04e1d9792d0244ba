package dev.faas.system.faults;

import dev.faas.testing.Pause;
import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvents;
import dev.faas.nats.Nats;
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
import java.util.TreeSet;

/**
 * Accounts for every accepted activation once the faults are over: its record by the API, its ends in the stream itself, its
 * entry in the ledger, its runs as the machine has seen them.
 */
final class Audit {
    /** A command whose spawner died comes again after 30 s, and there may be a queue in front of it. */
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(4);

    /** Nothing lets it wait longer: not an {@code ack_wait} of 30 s, not the sweep, not one queue of the load. */
    private static final Duration USUAL = Duration.ofSeconds(75);

    private static final Duration LISTED_WITHIN = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final FaultPlatform stage;
    private final RunWatch watch;
    private final List<Submitted> accepted;
    private final Set<String> lost = new TreeSet<>();
    private final Set<String> doubled = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> statuses = new HashMap<>();
    private int givenUp;

    Audit(FaultPlatform stage, RunWatch watch, List<Submitted> accepted) {
        this.stage = stage;
        this.watch = watch;
        this.accepted = accepted;
    }

    /** Blocks for minutes at worst. */
    void run(Instant since) throws Exception {
        for (var part : stage.parts()) {
            if (!part.alive()) {
                problems.add(part.name() + " has ended by itself");
            }
        }
        try {
            ends();
            keys();
            ledger(since);
        } catch (IOException e) {
            // Another row may find the platform well again; this one has failed.
            problems.add(e + ": " + e.getCause());
        }
        runs();
        containers();
    }

    private void ends() throws Exception {
        long begun = System.nanoTime();
        var until = begun + ENDS_WITHIN.toNanos();
        try (var nats = Nats.connect(stage.bus(), "faults")) {
            var events = new ActivationEvents(nats);
            for (var each : accepted) {
                var record = ended(each, begun + USUAL.toNanos());
                if (record.path("finishedAt").isNull()) {
                    problems.add(each + " waits for too long: " + queue(record));
                    record = ended(each, until);
                }
                statuses.put(each.id(), record.path("status").asText());
                judge(each, record);
                int ends = Ends.count(events, each.id(), until);
                if (ends != 1) {
                    (ends == 0 ? lost : doubled).add(each.id());
                    problems.add(each + " has " + ends + " ends");
                }
            }
        }
    }

    /** What the platform and the brokers say of where it waits. */
    private String queue(JsonNode record) throws IOException, InterruptedException {
        var explained = stage.customer()
                .get("/v1/activations/" + record.path("activationId").asText() + "/explain");
        return record + " explained as " + explained.body() + "; "
                + stage.brokers().queues(record.path("function").path("id").asText());
    }

    private JsonNode ended(Submitted submitted, long until) throws IOException, InterruptedException {
        JsonNode seen = null;
        while (seen == null || System.nanoTime() < until) {
            try {
                seen = stage.customer().record(submitted.id());
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

    private void judge(Submitted submitted, JsonNode record) {
        var status = record.path("status").asText();
        if (submitted.kind() == Kind.ONCE
                && status.equals("failed")
                && record.path("reason").asText().equals("worker_lost")) {
            givenUp++;
        } else if (!status.equals("succeeded")
                || !record.path("result").asText().equals(Kind.result(submitted.argument()))) {
            lost.add(submitted.id());
            problems.add(submitted + " came to " + record);
        }
    }

    /** A key stands for one activation, whatever happened between its submits. */
    private void keys() throws IOException, InterruptedException {
        for (var each : accepted) {
            if (!each.key().isEmpty()) {
                var again = stage.customer()
                        .submit(each.kind().function(), each.argument(), each.key())
                        .orThrow();
                if (!again.body().path("activationId").asText().equals(each.id())) {
                    doubled.add(each.id());
                    problems.add(each + " is another one when it is sent again: " + again.body());
                }
            }
        }
    }

    private void ledger(Instant since) throws IOException, InterruptedException {
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
                // What was stored and never answered runs and ends all the same.
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

    private List<JsonNode> list(Instant since) throws IOException, InterruptedException {
        var found = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = stage.customer()
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

    /** At-most-once functions ran at most once, whether their submit was answered or not; whatever succeeded did run. */
    private void runs() throws IOException, InterruptedException {
        var runs = watch.runs();
        runs.forEach((argument, times) -> {
            if (times > 1 && argument.contains(Kind.ONCE.function())) {
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

    private void containers() throws InterruptedException {
        var left = stage.containersLeft();
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
