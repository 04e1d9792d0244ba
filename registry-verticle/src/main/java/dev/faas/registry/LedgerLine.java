package dev.faas.registry;

import dev.faas.activation.ActivationRecord;

/**
 * What the ledger knows of one activation.
 *
 * @param resultText the result is text that is part of the public record
 */
record LedgerLine(ActivationRecord record, long sequence, Copy result, boolean resultText, Copy log) {}
