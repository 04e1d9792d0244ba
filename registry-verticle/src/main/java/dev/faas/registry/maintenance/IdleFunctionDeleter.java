package dev.faas.registry.maintenance;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.function.Functions;
import dev.faas.registry.maintenance.IdleFunctionStore.DueFunction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Deletes functions that were neither called nor changed for their {@code idleTtlSeconds} and have no unfinished activation.
 * A gateway that has not seen the deletion may accept an activation meanwhile: that one runs to its end. Later submits
 * answer 404.
 */
public final class IdleFunctionDeleter implements Reconciler.Repair {
    /** How soon to look again at a function whose activations take longer than its limit. */
    static final Duration RECHECK = Duration.ofMinutes(1);

    private final IdleFunctionStore store;
    private final Functions functions;
    private final LostActivationCloser closer;
    private final InstantSource clock;

    public IdleFunctionDeleter(
            IdleFunctionStore store, Functions functions, LostActivationCloser closer, InstantSource clock) {
        this.store = store;
        this.functions = functions;
        this.closer = closer;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "idle functions";
    }

    /** The ledger lacks the last submits while the projector is behind. */
    @Override
    public void runOnce() throws Exception {
        if (closer.isProjectorBusy()) {
            return;
        }
        var now = clock.instant();
        for (var function : Blocking.await(store.findDue(now, FUNCTIONS_PER_ROUND))) {
            deleteIfIdle(function, now);
        }
    }

    private void deleteIfIdle(DueFunction function, Instant now) throws Exception {
        var limit = function.newest().spec().idleTtlSeconds();
        if (limit == null) {
            Blocking.await(store.forget(function));
            return;
        }
        var updatedAt = function.newest().updatedAt();
        var lastUse = function.lastSubmit().filter(updatedAt::isBefore).orElse(updatedAt);
        var idleAt = lastUse.plusSeconds(limit);
        if (idleAt.isAfter(now)) {
            Blocking.await(store.postpone(function, idleAt));
        } else if (function.hasWork()) {
            Blocking.await(store.postpone(function, now.plus(RECHECK)));
        } else {
            Blocking.await(functions.deleteIdle(function.newest()));
        }
    }
}
