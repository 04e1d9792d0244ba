package dev.faas.dispatcher;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.quota.OwnerQuotas;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Puts the commands of delayed activations into the queue when they are due, never before. Several dispatchers share the work.
 * A crash after a command was put leaves its row: the command is put again, which the queue refuses.
 *
 * <p>Retries that wait are not here but in the registry's RetryEnqueuer: they need no Postgres.
 */
final class DelayedDispatcher {
    private static final int BATCH = 512;
    /** Of each batch: another owner's activations wait for one round. */
    private static final int PER_OWNER = 64;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** While another dispatcher has claimed what is due. */
    private static final Duration CLAIMED_PAUSE = Duration.ofMillis(50);

    private static final Duration COUNT_PAUSE = Duration.ofSeconds(5);

    private final DelayedStore store;
    private final CommandQueue queue;
    private final Kv usage;
    private volatile long waiting;
    private String lastOwner = "";
    private long countedAt = System.nanoTime() - COUNT_PAUSE.toNanos();

    private DelayedDispatcher(DelayedStore store, CommandQueue queue, Kv usage) {
        this.store = store;
        this.queue = queue;
        this.usage = usage;
    }

    static void start(Lifecycle.Steps on, Nats nats, Pg pg, MeterRegistry meters) throws Exception {
        var dispatcher = new DelayedDispatcher(new DelayedStore(pg), new CommandQueue(nats), nats.kv(Subjects.USAGE));
        Gauge.builder("faas.delayed.waiting", () -> dispatcher.waiting)
                .description("Delayed activations that are not due yet, of the whole platform")
                .register(meters);
        on.open(
                "delayed activations",
                () -> RepeatingTask.startPaced("delayed activations", LONGEST_PAUSE, dispatcher::runOnce),
                RepeatingTask::stop);
    }

    /** Returns the pause until the next look. Blocks. */
    private Duration runOnce() throws Exception {
        var first = Blocking.await(store.untilFirst());
        countAtTimes(first.isPresent());
        if (first.isEmpty() || first.get().isPositive()) {
            return first.filter(left -> left.compareTo(LONGEST_PAUSE) < 0).orElse(LONGEST_PAUSE);
        }
        boolean found = false;
        while (takeBatch()) {
            found = true;
            countAtTimes(true);
        }
        return found ? Duration.ZERO : CLAIMED_PAUSE;
    }

    private boolean takeBatch() throws Exception {
        var due = Blocking.await(store.takeDue(lastOwner, PER_OWNER, BATCH, this::put));
        boolean wasFirst = lastOwner.isEmpty();
        // After the last owner comes the first one.
        lastOwner = due.size() < BATCH ? "" : due.getLast().owner();
        return !due.isEmpty() || !wasFirst;
    }

    private Future<Void> put(List<ActivationCommand> due) {
        return Future.fromCompletionStage(
                CompletableFuture.allOf(due.stream().map(queue::enqueue).toArray(CompletableFuture[]::new)));
    }

    /** Gateways refuse the delayed submits of owners with too many. Nothing is counted while there is none. */
    private void countAtTimes(boolean any) throws Exception {
        long now = System.nanoTime();
        if (now - countedAt < COUNT_PAUSE.toNanos() || (!any && waiting == 0)) {
            return;
        }
        countedAt = now;
        var counts = Blocking.await(store.count());
        Blocking.await(usage.put(OwnerQuotas.DELAYED, OwnerQuotas.delayed(counts.byOwner())));
        waiting = counts.total();
    }
}
