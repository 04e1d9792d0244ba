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
 * Queues that nobody looks after: a lost hint is given again, a consumer that is not there is made, one whose limit is not
 * its function's concurrency, or that an earlier version has made, is changed, and one of a function that was deleted long ago
 * is found again.
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
        return "sweeping over the queues";
    }

    @Override
    public void round() throws Exception {
        var standings = Blocking.await(queue.allStats());
        standings.stream()
                .filter(standing -> standing.queued() > 0 && standing.running() < standing.limit())
                .forEach(standing -> queue.notifyWork(standing.key()));
        var orphans = orphans(standings);
        var wanted = new HashSet<String>();
        standings.forEach(standing -> wanted.add(standing.key().function()));
        orphans.forEach(key -> wanted.add(key.function()));
        Blocking.await(store.reopened(wanted));
        var functions = Blocking.await(store.functions(wanted)).stream()
                .collect(Collectors.toMap(FunctionRevision::id, Function.identity()));
        for (var key : orphans) {
            if (functions.containsKey(key.function())) {
                LOG.info("function {} has work and no consumer: made", key.function());
                Blocking.await(queue.ensureConsumer(functions.get(key.function())));
                queue.notifyWork(key);
            }
        }
        for (var standing : standings) {
            var function = functions.get(standing.key().function());
            if (function != null && !(standing.current() && function.spec().concurrency() == standing.limit())) {
                Blocking.await(queue.ensureConsumer(function));
            }
        }
    }

    private List<QueueKey> orphans(List<QueueStats> standings) throws Exception {
        var served =
                standings.stream().map(standing -> standing.key().function()).collect(Collectors.toSet());
        return Blocking.await(store.busy(MAX_FUNCTIONS)).stream()
                .filter(key -> !served.contains(key.function()))
                .toList();
    }
}
