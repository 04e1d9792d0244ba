package dev.faas.registry.maintenance;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.queue.QueueTable;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a consumer for each function with work, and for no other: creates missing ones, removes those without work for some
 * minutes, and corrects those whose limit is not the function's concurrency or that an earlier version created. A spawner
 * creates the consumer of a function that is called again.
 *
 * <p>A deleted function whose queue exists again is marked, so that {@link DeletedQueueRemover} removes that queue once more.
 */
public final class ConsumerReconciler implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerReconciler.class);
    public static final Duration MAX_IDLE = Duration.ofMinutes(5);
    private static final int FUNCTIONS_AT_ONCE = 1_000;
    /** For removals: the other repairs wait meanwhile. */
    private static final Duration BUDGET = Duration.ofSeconds(1);

    private final RepairStore store;
    private final CommandQueue queue;
    private final QueueTable table;
    private final Duration maxIdle;
    private final InstantSource clock;
    /** Consumers without work. */
    private Map<QueueKey, IdleConsumer> idle = Map.of();

    /** @param delivered of the consumer's {@link QueueStats}: another value shows that it had work in between */
    private record IdleConsumer(long delivered, Instant since) {}

    /** @param maxIdle how long a consumer stays without work */
    public ConsumerReconciler(
            RepairStore store, CommandQueue queue, QueueTable table, Duration maxIdle, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.table = table;
        this.maxIdle = maxIdle;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "consumers";
    }

    @Override
    public void runOnce() throws Exception {
        var queues = Blocking.await(table.current());
        var withWork = createMissing(queues);
        var ids = queues.stream().map(stats -> stats.key().function()).toList();
        Blocking.await(store.markQueueExisting(ids));
        correctLimits(queues, ids);
        removeIdle(queues, withWork);
    }

    /** @param withWork functions with unfinished activations, which may wait for a retry */
    private void removeIdle(List<QueueStats> queues, Set<QueueKey> withWork) throws Exception {
        var now = clock.instant();
        long until = System.nanoTime() + BUDGET.toNanos();
        var stillIdle = new HashMap<QueueKey, IdleConsumer>();
        for (var stats : queues) {
            if (stats.queued() > 0 || stats.running() > 0 || withWork.contains(stats.key())) {
                continue;
            }
            var before = idle.get(stats.key());
            var each = before != null && before.delivered() == stats.delivered()
                    ? before
                    : new IdleConsumer(stats.delivered(), now);
            if (each.since().plus(maxIdle).isAfter(now) || System.nanoTime() > until || !removeIfIdle(stats.key())) {
                stillIdle.put(stats.key(), each);
            }
        }
        idle = stillIdle;
    }

    private boolean removeIfIdle(QueueKey key) throws InterruptedException {
        try {
            if (isIdle(Blocking.awaitReply(queue.stats(key.function())))) {
                Blocking.awaitReply(queue.removeConsumer(key));
                LOG.debug("idle consumer removed function={}", key.function());
            }
            return true;
        } catch (BusException e) {
            LOG.debug("idle consumer not removed yet function={} cause={}", key.function(), e.getMessage());
            return false;
        }
    }

    /** The table may be some seconds old. */
    private static boolean isIdle(Optional<QueueStats> now) {
        return now.filter(stats -> stats.queued() == 0 && stats.running() == 0).isPresent();
    }

    /** Returns all functions with work. */
    private Set<QueueKey> createMissing(List<QueueStats> queues) throws Exception {
        var withWork = new HashSet<QueueKey>();
        var existing = queues.stream().map(QueueStats::key).collect(Collectors.toSet());
        Optional<QueueKey> after = Optional.empty();
        List<QueueKey> page;
        do {
            page = Blocking.await(store.findFunctionsWithWork(after, FUNCTIONS_AT_ONCE));
            create(page.stream().filter(key -> !existing.contains(key)).collect(Collectors.toSet()));
            withWork.addAll(page);
            after = page.isEmpty() ? after : Optional.of(page.getLast());
        } while (page.size() == FUNCTIONS_AT_ONCE);
        return withWork;
    }

    private void create(Set<QueueKey> missing) throws Exception {
        for (var function :
                latestRevisions(missing.stream().map(QueueKey::function).toList())) {
            Blocking.await(queue.ensureConsumer(function));
            LOG.info("missing consumer created function={}", function.id());
            queue.notifyWork(new QueueKey(function.owner(), function.id()));
        }
    }

    private void correctLimits(List<QueueStats> queues, List<String> ids) throws Exception {
        var limits = Blocking.await(store.findConcurrency(ids));
        var outdated = new ArrayList<String>();
        for (var stats : queues) {
            var limit = limits.get(stats.key().function());
            if (limit != null && !(stats.current() && limit == stats.limit())) {
                outdated.add(stats.key().function());
            }
        }
        for (var function : latestRevisions(outdated)) {
            Blocking.await(queue.ensureConsumer(function));
        }
    }

    private List<FunctionRevision> latestRevisions(Collection<String> ids) throws Exception {
        return ids.isEmpty() ? List.of() : Blocking.await(store.findLatestRevisions(ids));
    }
}
