package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;

/**
 * What the ledger knows of one activation.
 *
 * @param resultText the result is text that is part of the public record
 */
public record LedgerRow(
        ActivationRecord record, long sequence, PayloadCopy result, boolean resultText, PayloadCopy log) {}
