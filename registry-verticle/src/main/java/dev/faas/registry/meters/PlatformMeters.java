package dev.faas.registry.meters;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.Spawners;
import dev.faas.activation.queue.QueueTable;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Shows the state of the whole platform in gauges, which each registry has: queues, bus, ledger and spawners. What cannot be
 * read keeps its last value.
 */
public final class PlatformMeters {
    public static final Duration PAUSE = Duration.ofSeconds(10);

    /** Those whose room is watched. */
    public static final List<String> STREAMS = List.of(
            Subjects.EVENTS,
            Subjects.ACTIVATIONS,
            Subjects.RETRIES,
            Subjects.INBOX,
            Subjects.FEED,
            "OBJ_" + Subjects.OUTPUTS);
    /** The durable consumers, with their streams. */
    private static final Map<String, String> CONSUMERS =
            Map.of(Subjects.PROJECTOR, Subjects.EVENTS, Subjects.RETRIER, Subjects.RETRIES);

    private final MeterRegistry registry;
    private final Nats nats;
    private final QueueTable table;
    private final LoadStore store;
    private final Map<String, Double> values = new ConcurrentHashMap<>();
    /** When the projector had nothing left to take, of {@link System#nanoTime}. */
    private volatile long caughtUpAt = System.nanoTime();

    private volatile boolean behind;

    public PlatformMeters(MeterRegistry registry, Nats nats, QueueTable table, LoadStore store, Spawners spawners) {
        this.registry = registry;
        this.nats = nats;
        this.table = table;
        this.store = store;
        gauge("faas.queued", "Activations that wait in the queues of functions");
        gauge("faas.queue.functions", "Functions with activations that wait");
        gauge("faas.queue.oldest.seconds", "Age of the oldest activation that could run and waits");
        gauge("faas.functions.paused", "Functions that are paused");
        Gauge.builder("faas.spawners", () -> spawners.recentHeartbeats().size())
                .description("Spawners whose heartbeat is recent")
                .register(registry);
        Gauge.builder("faas.ledger.lag.seconds", () -> behind ? (System.nanoTime() - caughtUpAt) / 1e9 : 0)
                .description("How long ago the projector had taken all states")
                .register(registry);
        STREAMS.forEach(stream -> {
            labelled("faas.bus.bytes", "Size of a stream", "stream", stream);
            labelled("faas.bus.limit.bytes", "Largest size of a stream; -1: none", "stream", stream);
        });
        CONSUMERS
                .keySet()
                .forEach(consumer -> labelled(
                        "faas.consumer.pending", "Messages that a consumer has not taken", "consumer", consumer));
    }

    private void gauge(String name, String description) {
        Gauge.builder(name, () -> values.getOrDefault(name, 0.0))
                .description(description)
                .register(registry);
    }

    private void labelled(String name, String description, String label, String value) {
        Gauge.builder(name, () -> values.getOrDefault(name + value, 0.0))
                .description(description)
                .tag(label, value)
                .register(registry);
    }

    /** Reads everything once. Blocks. */
    public void runOnce() throws Exception {
        for (var stream : STREAMS) {
            var state = Blocking.awaitReply(nats.stream(stream).state());
            values.put("faas.bus.bytes" + stream, (double) state.bytes());
            values.put("faas.bus.limit.bytes" + stream, (double) state.maxBytes());
        }
        for (var consumer : CONSUMERS.entrySet()) {
            var state = Blocking.awaitReply(
                    nats.stream(consumer.getValue()).consumers().state(consumer.getKey()));
            state.ifPresent(found -> setPending(consumer.getKey(), found.pending()));
        }
        var queues = Blocking.awaitReply(table.current());
        values.put("faas.queued", (double)
                queues.stream().mapToLong(QueueStats::queued).sum());
        values.put("faas.queue.functions", (double)
                queues.stream().filter(queue -> queue.queued() > 0).count());
        var load = Blocking.await(store.read());
        values.put("faas.queue.oldest.seconds", load.oldestSeconds());
        values.put("faas.functions.paused", (double) load.pausedFunctions());
    }

    private void setPending(String consumer, long pending) {
        values.put("faas.consumer.pending" + consumer, (double) pending);
        if (consumer.equals(Subjects.PROJECTOR)) {
            behind = pending > 0;
            caughtUpAt = behind ? caughtUpAt : System.nanoTime();
        }
    }
}
