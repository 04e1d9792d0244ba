package dev.faas.spawner;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Worker;
import dev.faas.wire.FunctionPauses;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Models what gateway and registry do with an activation, step by step, using the real transitions. */
final class ModelServices {
    private final ModelBus bus;
    private final String activation;
    private final Supplier<Instant> now;
    private final Predicate<Worker> dead;
    private final Function<Running, CompletableFuture<Boolean>> isMissing;

    ModelServices(
            ModelBus bus,
            String activation,
            Supplier<Instant> now,
            Predicate<Worker> dead,
            Function<Running, CompletableFuture<Boolean>> isMissing) {
        this.bus = bus;
        this.activation = activation;
        this.now = now;
        this.dead = dead;
        this.isMissing = isMissing;
    }

    void cancel() {
        for (var last = bus.last(activation).join(); last.isPresent(); ) {
            switch (last.get().record()) {
                case Queued queued -> {
                    if (appended(queued.cancel(Reason.CANCELLED_BY_USER, now.get()), last.get())) {
                        bus.purge();
                        return;
                    }
                }
                case Running running -> {
                    if (running.cancelRequested() != null
                            || appended(running.requestCancel(Reason.CANCELLED_BY_USER), last.get())) {
                        return;
                    }
                }
                case Ended ended -> {
                    return;
                }
            }
            last = bus.last(activation).join();
        }
    }

    private boolean appended(ActivationRecord next, Snapshot before) {
        try {
            return bus.append(next, before.sequence()).join() instanceof AppendResult.Stored;
        } catch (CompletionException lostAnswer) {
            return false;
        }
    }

    void retry() {
        var due = bus.parked();
        if (due.isEmpty()) {
            return;
        }
        var last = bus.last(activation).join();
        if (last.isEmpty()
                || !(last.get().record() instanceof Queued queued)
                || !due.get().equals(queued.nextAttemptAt())) {
            bus.unpark(due.get());
        } else if (queued.remainingWait(now.get()).isZero()) {
            bus.put();
            bus.unpark(due.get());
        }
    }

    void requeue() {
        var last = bus.last(activation).join();
        if (last.isPresent()
                && last.get().record() instanceof Queued queued
                && queued.remainingWait(now.get()).isZero()) {
            bus.put();
        }
    }

    void loseRuns() {
        var last = bus.last(activation).join();
        if (last.isPresent()
                && last.get().record() instanceof Running running
                && (dead.test(running.worker()) || isMissing.apply(running).join())) {
            var next = dead.test(running.worker()) ? running.loseSpawner(now.get()) : running.loseRun(now.get());
            if (appended(next, last.get())) {
                bus.purge();
                if (next instanceof Queued) {
                    bus.put();
                }
            }
        }
    }

    void expire() {
        var last = bus.last(activation).join();
        if (last.isPresent()
                && last.get().record() instanceof Queued queued
                && queued.isExpired(now.get(), FunctionPauses.NONE)) {
            if (appended(queued.expire(now.get()), last.get())) {
                bus.purge();
            }
        }
    }
}
