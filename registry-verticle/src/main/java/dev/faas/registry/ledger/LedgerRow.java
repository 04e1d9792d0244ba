package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import org.jspecify.annotations.Nullable;

/**
 * Describes a row of the ledger as it was read.
 *
 * @param resultText whether the result is text that the public record shows
 * @param redrivenAs what was submitted instead of this dead letter; null: nothing was
 */
public record LedgerRow(
        ActivationRecord record,
        long sequence,
        PayloadCopy result,
        boolean resultText,
        PayloadCopy log,
        @Nullable String redrivenAs) {}
