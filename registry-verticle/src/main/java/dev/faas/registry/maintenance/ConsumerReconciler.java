package dev.faas.registry.maintenance;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.lifecycle.Blocking;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects.QueueKey;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for functions with work whose queue consumer is missing or outdated, and creates or updates that consumer. Outdated
 * means that its limit is not the function's concurrency, or that an earlier version of the program created it.
 *
 * <p>Publishes work notifications again for queues with free slots, since a notification can be lost. A deleted function
 * whose queue exists again is marked, so that {@link DeletedQueueRemover} removes that queue once more.
 */
public final class ConsumerReconciler implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerReconciler.class);
    private static final int MAX_FUNCTIONS = 5_000;

    private final RepairStore store;
    private final CommandQueue queue;

    public ConsumerReconciler(RepairStore store, CommandQueue queue) {
        this.store = store;
        this.queue = queue;
    }

    @Override
    public String name() {
        return "consumers";
    }

    @Override
    public void runOnce() throws Exception {
        var allStats = Blocking.await(queue.allStats());
        allStats.stream()
                .filter(stats -> stats.queued() > 0 && stats.running() < stats.limit())
                .forEach(stats -> queue.notifyWork(stats.key()));
        var missing = findQueuesWithoutConsumer(allStats);
        var functionIds = new HashSet<String>();
        allStats.forEach(stats -> functionIds.add(stats.key().function()));
        missing.forEach(key -> functionIds.add(key.function()));
        Blocking.await(store.markQueueExisting(functionIds));
        var functions = Blocking.await(store.findLatestRevisions(functionIds)).stream()
                .collect(Collectors.toMap(FunctionRevision::id, Function.identity()));
        for (var key : missing) {
            if (functions.containsKey(key.function())) {
                Blocking.await(queue.ensureConsumer(functions.get(key.function())));
                LOG.info("missing consumer created function={}", key.function());
                queue.notifyWork(key);
            }
        }
        for (var stats : allStats) {
            var function = functions.get(stats.key().function());
            if (function != null && !(stats.current() && function.spec().concurrency() == stats.limit())) {
                Blocking.await(queue.ensureConsumer(function));
            }
        }
    }

    private List<QueueKey> findQueuesWithoutConsumer(List<QueueStats> allStats) throws Exception {
        var withConsumer =
                allStats.stream().map(stats -> stats.key().function()).collect(Collectors.toSet());
        return Blocking.await(store.findFunctionsWithWork(MAX_FUNCTIONS)).stream()
                .filter(key -> !withConsumer.contains(key.function()))
                .toList();
    }
}
