package dev.faas.dispatcher.source;

import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Consumers;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs sources. One dispatcher runs a source, by a lease; two that do at once share its consumer, and each message has one
 * activation all the same. Also makes consumers that are missing, and deletes those whose source is gone.
 */
public final class SourceDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(SourceDispatcher.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CONSUMERS_PAUSE = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

    private final String holder = UUID.randomUUID().toString();
    private final Nats nats;
    private final Consumers consumers;
    private final SourceStore store;
    private final NamedSubmits submits;
    private final SourceMeters meters;
    private final Map<String, SourceRun> runs = new ConcurrentHashMap<>();

    private SourceDispatcher(Nats nats, Pg pg, NamedSubmits submits, MeterRegistry registry) {
        this.nats = nats;
        this.consumers = nats.stream(Subjects.INBOX).consumers();
        this.store = new SourceStore(pg);
        this.submits = submits;
        this.meters = new SourceMeters(
                registry, () -> runs.values().stream().mapToLong(SourceRun::lag).sum());
    }

    public static void start(Lifecycle.Steps on, Nats nats, Pg pg, NamedSubmits submits, MeterRegistry registry)
            throws Exception {
        var dispatcher = new SourceDispatcher(nats, pg, submits, registry);
        on.open(
                "sources",
                CLOSE_LIMIT,
                () -> RepeatingTask.startPaced("sources", PAUSE, dispatcher::runOnce),
                dispatcher::stop);
        on.repeat("consumers of sources", CONSUMERS_PAUSE, dispatcher::reconcileConsumers);
    }

    /** Blocks. */
    private Duration runOnce() throws Exception {
        var leased = Blocking.await(store.lease(holder)).stream()
                .collect(Collectors.toMap(SourceStore.Key::id, Function.identity()));
        var ended = new ArrayList<SourceRun>();
        for (var id : Set.copyOf(runs.keySet())) {
            if (!leased.containsKey(id)) {
                ended.add(runs.remove(id));
            }
        }
        stopAll(ended);
        for (var key : leased.values()) {
            runs.computeIfAbsent(key.id(), id -> begin(key)).setMaxInFlight(key.maxInFlight());
        }
        return PAUSE;
    }

    private SourceRun begin(SourceStore.Key key) {
        return new SourceRun(key, holder, store, submits, nats.openReader(Subjects.INBOX, key.id()), meters);
    }

    /** Each may take seconds. */
    private static void stopAll(Collection<SourceRun> runs) throws InterruptedException {
        var threads = runs.stream()
                .map(run -> Thread.ofVirtual().start(() -> {
                    try {
                        run.stop();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .toList();
        for (var thread : threads) {
            thread.join();
        }
    }

    private void stop(RepeatingTask task) throws Exception {
        task.stop();
        stopAll(runs.values());
        Blocking.await(store.release(holder));
    }

    /** Consumers are listed first: one that is made meanwhile has a row. */
    private void reconcileConsumers() throws Exception {
        var existing = new HashMap<String, Consumers.ConsumerState>();
        Blocking.await(consumers.list()).forEach(consumer -> existing.put(consumer.name(), consumer));
        for (var key : Blocking.await(store.listConsumed())) {
            var consumer = existing.remove(key.id());
            if (consumer == null || consumer.maxAckPending() != key.maxInFlight()) {
                LOG.info("consumer of a source made or changed source={}", key.id());
                Blocking.await(consumers.ensureLasting(
                        key.id(), Subjects.inbox(key.owner(), key.subject()), key.maxInFlight()));
            }
        }
        for (var orphan : existing.keySet()) {
            LOG.info("consumer of a former source deleted source={}", orphan);
            Blocking.await(consumers.delete(orphan));
        }
    }
}
