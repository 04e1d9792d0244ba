package dev.faas.gateway.submit;

import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;

/** What a submit has come to, or one before it with the same Idempotency-Key. */
public sealed interface Accepted {
    /** In the event stream. */
    record Alive(Snapshot newest) implements Accepted {}

    /** Known to the ledger alone: it has ended, and the stream has it no more. */
    record Past(String id, LedgerEntry entry) implements Accepted {}
}
