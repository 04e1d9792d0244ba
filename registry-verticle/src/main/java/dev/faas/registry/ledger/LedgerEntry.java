package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;

/**
 * One line of the ledger, as it comes out of the events.
 *
 * @param record without order and result text, which are kept apart
 * @param sequence of the event: only a later one replaces the line
 * @param argument the order; none where this event does not carry it
 * @param resultText the result is text that is part of the public record
 */
public record LedgerEntry(
        ActivationRecord record,
        long sequence,
        PayloadCopy argument,
        PayloadCopy result,
        boolean resultText,
        PayloadCopy log) {}
