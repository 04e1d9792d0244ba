package dev.faas.bench.budget;

import dev.faas.bench.measure.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Counts messages by the pattern of their subject, and replies by what they answer. Thread-safe. */
final class BusMessages {
    private static final String ACK = "$JS.ACK.";
    private static final String UNKNOWN = "unknown";
    /** Fewer are a difference of two idle times. */
    private static final double SHOWN = 0.1;

    /** @param pattern {@code *} stands for one word, a final {@code >} for the rest */
    private record Purpose(String pattern, Pattern regex, String text) {
        static Purpose of(String pattern, String text) {
            var regex = Pattern.quote(pattern).replace("*", "\\E[^.]+\\Q").replace(">", "\\E.+\\Q");
            return new Purpose(pattern, Pattern.compile(regex), text);
        }
    }

    /** The first that matches counts. A delivery has the subject that its message was stored with, so it is named apart. */
    private static final List<Purpose> PURPOSES = List.of(
            Purpose.of("events.*.state", "stores a state: accepted, running, ended"),
            Purpose.of("events.*.log", "stores a chunk of output"),
            Purpose.of("live.*.state", "state for who subscribed: waiting clients, and the run for its cancellation"),
            Purpose.of("live.*.log", "output for clients that subscribed"),
            Purpose.of("activations.queue.>", "queues the command"),
            Purpose.of("activations.retry.>", "keeps the command until its next attempt"),
            Purpose.of("wake.>", "notifies a spawner of work"),
            Purpose.of("peers.>", "spawners pass work on"),
            Purpose.of("runs.>", "asks a spawner whether it has a run"),
            Purpose.of("queues.table", "state of all queues"),
            Purpose.of("delivery of ACTIVATIONS", "brings the command to a spawner"),
            Purpose.of("delivery of EVENTS", "brings a state to the projector"),
            Purpose.of("delivery of *", "brings a change to those that watch a bucket"),
            Purpose.of("$JS.ACK.ACTIVATIONS.>", "acknowledges the command, or keeps its lease"),
            Purpose.of("$JS.ACK.EVENTS.>", "acknowledges a state that the ledger has"),
            Purpose.of("$JS.API.CONSUMER.MSG.NEXT.ACTIVATIONS.*", "pulls a command"),
            Purpose.of("$JS.API.CONSUMER.MSG.NEXT.EVENTS.*", "pulls states for the projector"),
            Purpose.of("$JS.API.CONSUMER.MSG.NEXT.RETRIES.*", "pulls pending retries"),
            Purpose.of("$JS.API.DIRECT.GET.EVENTS", "reads an event, from any replica"),
            Purpose.of("$JS.API.STREAM.MSG.GET.EVENTS", "reads an event, from the leader"),
            Purpose.of("$JS.API.STREAM.MSG.GET.ACTIVATIONS", "looks whether a command is queued"),
            Purpose.of("$JS.API.STREAM.MSG.DELETE.EVENTS", "prunes an event"),
            Purpose.of("$JS.API.STREAM.PURGE.EVENTS", "prunes events"),
            Purpose.of("$JS.API.STREAM.INFO.*", "reads how full a stream is"),
            Purpose.of("$JS.API.CONSUMER.INFO.>", "reads the state of a queue"),
            Purpose.of("$JS.API.CONSUMER.LIST.*", "lists all queues"),
            Purpose.of("$JS.API.CONSUMER.CREATE.>", "creates a queue, or watches a bucket"),
            Purpose.of("$JS.API.INFO", "makes sure that a subscription is known"),
            Purpose.of("$KV.SPAWNERS.>", "heartbeat"),
            Purpose.of("$KV.IDEMPOTENCY.>", "binds an Idempotency-Key"),
            Purpose.of("$KV.>", "changes a bucket"));

    private final Map<String, Long> messages = new TreeMap<>();
    private final Map<String, Long> replies = new TreeMap<>();
    /** Patterns of requests by the subject of the expected reply. */
    private final Map<String, String> asked = new HashMap<>();

    /**
     * Counts by pattern.
     *
     * @param messages without replies
     */
    record Counts(Map<String, Long> messages, Map<String, Long> replies) {
        /**
         * Of one of so many operations.
         *
         * @param idle counts until the first operation
         * @param times as long as that did the operations take
         */
        Table table(Counts idle, double times, int operations) {
            var lines = new ArrayList<Table.Entry>();
            for (var pattern : messages.keySet()) {
                double each = perOperation(pattern, messages, idle.messages, times, operations);
                double replied = perOperation(pattern, replies, idle.replies, times, operations);
                if (Math.max(each, replied) >= SHOWN) {
                    lines.add(new Table.Entry(pattern, List.of(each, replied), purposeOf(pattern)));
                }
            }
            return new Table(
                    "messages a reused activation, one at a time, pruned", List.of("messages", "replies"), lines);
        }

        private static double perOperation(
                String pattern, Map<String, Long> all, Map<String, Long> idle, double times, int operations) {
            long until = idle.getOrDefault(pattern, 0L);
            return (all.getOrDefault(pattern, 0L) - until - until * times) / operations;
        }
    }

    /** @param reply empty: none is expected */
    synchronized void add(String subject, String reply) {
        if (subject.startsWith("$JS.EVENT.")) {
            return; // advisories, which the server sends only because someone subscribes to everything
        }
        var answered = asked.get(subject);
        if (answered != null) {
            replies.merge(answered, 1L, Long::sum);
            return;
        }
        boolean isDelivery = reply.startsWith(ACK);
        var pattern = patternOf(isDelivery ? "delivery of " + reply.split("\\.")[2] : subject);
        messages.merge(pattern, 1L, Long::sum);
        if (!reply.isEmpty() && !isDelivery) {
            asked.put(reply, pattern);
        }
    }

    private static String patternOf(String subject) {
        return PURPOSES.stream()
                .filter(purpose -> purpose.regex().matcher(subject).matches())
                .map(Purpose::pattern)
                .findFirst()
                .orElseGet(() -> subject.replaceFirst("^((?:[^.]+\\.){1,3}).*$", "$1>"));
    }

    synchronized Counts counts() {
        return new Counts(new TreeMap<>(messages), new TreeMap<>(replies));
    }

    private static String purposeOf(String pattern) {
        return PURPOSES.stream()
                .filter(purpose -> purpose.pattern().equals(pattern))
                .map(Purpose::text)
                .findFirst()
                .orElse(UNKNOWN);
    }
}
