package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.Optional;

/** Finds activations for their owner, in the event stream or else in the ledger. For other users they do not exist. */
public final class ActivationReader {
    private final ActivationEvents events;
    private final BusRetry bus;
    private final RegistryClient registry;

    public ActivationReader(ActivationEvents events, BusRetry bus, RegistryClient registry) {
        this.events = events;
        this.bus = bus;
        this.registry = registry;
    }

    /** Empty when the stream has no such activation of the caller. Fails with {@code activation_not_found}. */
    public Future<Optional<Snapshot>> findInStream(String id, Caller caller) {
        if (!Ids.isActivation(id)) {
            return Future.failedFuture(notFound(id));
        }
        // Empty for another owner's, too: then neither body nor latency reveals whether the id exists.
        return bus.ask(caller, () -> events.last(id)).map(found -> found.filter(snapshot -> isOwner(snapshot, caller)));
    }

    /** Fails with {@code activation_not_found}. */
    public Future<LedgerEntry> getFromLedger(String id, Caller caller) {
        return findInLedger(id, caller).map(found -> found.orElseThrow(() -> notFound(id)));
    }

    public Future<Optional<LedgerEntry>> findInLedger(String id, Caller caller) {
        return registry.findActivation(id, caller);
    }

    /**
     * As it was accepted, with its argument: from the event stream until it is pruned there, and much longer from the ledger.
     * Fails with {@code activation_not_found} or {@code result_expired}.
     */
    public Future<ActivationRecord.Queued> getAccepted(String id, Caller caller) {
        return findInStream(id, caller)
                .compose(newest -> newest.isEmpty()
                        ? registry.fetchAccepted(id, caller)
                        : bus.ask(caller, () -> events.acceptedState(id))
                                .compose(found -> found.map(Future::succeededFuture)
                                        .orElseGet(() -> registry.fetchAccepted(id, caller))));
    }

    private static boolean isOwner(Snapshot snapshot, Caller caller) {
        return snapshot.record().activation().owner().equals(caller.userId());
    }

    private static RuntimeException notFound(String id) {
        return Problem.activationNotFound(id.length() > 64 ? id.substring(0, 64) + "…" : id)
                .asException();
    }
}
