package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Finds activations, for their owner alone: in the event stream while they live there, else in the ledger. To everybody
 * else they do not exist.
 */
public final class ActivationReader {
    private final ActivationEvents events;
    private final RegistryClient registry;

    public ActivationReader(ActivationEvents events, RegistryClient registry) {
        this.events = events;
        this.registry = registry;
    }

    /** Empty when the stream has none of the caller's, any more. Fails with {@code activation_not_found}. */
    public Future<Optional<Snapshot>> alive(String id, Caller caller) {
        if (!Ids.isActivation(id)) {
            return Future.failedFuture(notFound(id));
        }
        // Another owner's goes the way of one that never was, so that neither the answer nor its time tells them apart.
        return BusAnswer.answer(events.last(id)).map(found -> found.filter(snapshot -> isOwner(snapshot, caller)));
    }

    /** What became of one that the stream has no more. Fails with {@code activation_not_found}. */
    public Future<LedgerEntry> past(String id, Caller caller) {
        return ledger(id, caller).map(found -> found.orElseThrow(() -> notFound(id)));
    }

    /** The same; empty when it never was, or is the ledger's no longer. */
    public Future<Optional<LedgerEntry>> ledger(String id, Caller caller) {
        return registry.activation(id, caller);
    }

    private static boolean isOwner(Snapshot snapshot, Caller caller) {
        return snapshot.record().activation().owner().equals(caller.userId());
    }

    private static RuntimeException notFound(String id) {
        return Problem.activationNotFound(id.length() > 64 ? id.substring(0, 64) + "…" : id)
                .asException();
    }
}
