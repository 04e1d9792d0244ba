package dev.faas.dispatcher.job;

import dev.faas.activation.ActivationRecord;
import dev.faas.dispatcher.job.ClaimedJob.Item;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** What a job does with one activation. A repeat after a crash is not another one. */
interface Work {
    /**
     * As the ledger has it.
     *
     * @param argument its run specification, of a job that submits; null: it has none, or not here
     * @param isApart whether that is in the object store
     */
    record Subject(Buffer bytes, long sequence, @Nullable Buffer argument, boolean isApart) {
        /** Fails when an earlier version has written it otherwise. */
        ActivationRecord record() {
            return Codec.decode(bytes.getBytes(), ActivationRecord.class);
        }
    }

    /** Blocks. */
    Outcome act(Item item, Subject subject) throws Exception;
}
