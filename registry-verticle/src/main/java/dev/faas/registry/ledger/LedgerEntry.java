package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;

/**
 * Describes a row of the ledger to be written.
 *
 * @param record without run specification and result text, which have columns of their own
 * @param sequence of the event; only a later one replaces the row
 * @param argument the run specification with the argument; only the accepted event has it
 * @param resultText whether the result is text that the public record shows
 */
public record LedgerEntry(
        ActivationRecord record,
        long sequence,
        PayloadCopy argument,
        PayloadCopy result,
        boolean resultText,
        PayloadCopy log) {}
