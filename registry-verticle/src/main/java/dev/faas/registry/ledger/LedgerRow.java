package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;

/**
 * Describes a row of the ledger as it was read.
 *
 * @param resultText whether the result is text that the public record shows
 */
public record LedgerRow(
        ActivationRecord record, long sequence, PayloadCopy result, boolean resultText, PayloadCopy log) {}
