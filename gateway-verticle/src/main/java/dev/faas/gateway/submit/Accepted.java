package dev.faas.gateway.submit;

import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;

/** The activation that a submit created, or that an earlier submit with the same Idempotency-Key created. */
public sealed interface Accepted {
    record InStream(Snapshot newest) implements Accepted {}

    /** It has ended, and its events were pruned from the event stream. */
    record InLedger(String id, LedgerEntry entry) implements Accepted {}
}
