package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.destination.EndTarget;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Describes a row of the ledger to be written.
 *
 * @param record without run specification and result text, which have columns of their own
 * @param sequence of the event; only a later one replaces the row
 * @param argument the run specification with the argument; only the accepted event has it
 * @param resultText whether the result is text that the public record shows
 * @param eventBytes of run specification and output in the event stream, as far as this state brings them
 */
public record LedgerEntry(
        ActivationRecord record,
        long sequence,
        PayloadCopy argument,
        PayloadCopy result,
        boolean resultText,
        PayloadCopy log,
        long eventBytes) {
    /** Its submit named a time. */
    boolean isDelayed() {
        return record.activation().notBefore() != null;
    }

    /** That time has not come, or its command is not put yet. */
    boolean waitsForDue() {
        return record instanceof ActivationRecord.Queued queued && queued.isDelayed();
    }

    /** Null when a user submitted it. */
    @Nullable
    String triggerId() {
        var trigger = record.activation().trigger();
        return trigger == null ? null : trigger.id();
    }

    /** Null when it was submitted by itself. */
    @Nullable
    String batchId() {
        var batch = record.activation().batch();
        return batch == null ? null : batch.id();
    }

    @Nullable
    String batchContent() {
        var batch = record.activation().batch();
        return batch == null ? null : batch.content();
    }

    /** Where its end goes besides the destinations that select it, as JSON; null: nowhere. */
    @Nullable
    String targets() {
        var targets = EndTarget.of(record.activation());
        return targets.isEmpty() ? null : new String(Codec.write(targets), StandardCharsets.UTF_8);
    }

    /** Brings nothing that takes much room in the event stream. */
    public LedgerEntry(
            ActivationRecord record,
            long sequence,
            PayloadCopy argument,
            PayloadCopy result,
            boolean resultText,
            PayloadCopy log) {
        this(record, sequence, argument, result, resultText, log, 0);
    }
}
