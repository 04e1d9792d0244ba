package dev.faas.registry.ledger;

import io.vertx.core.buffer.Buffer;

/** Where the ledger keeps a long-term copy of some bytes: in the row up to 64 KiB, else in the object store. */
public sealed interface PayloadCopy {
    int MAX_INLINE_BYTES = 64 * 1024;

    /** There is nothing to keep, or it is kept no more. */
    record None() implements PayloadCopy {}

    record Inline(Buffer bytes) implements PayloadCopy {}

    /** Under the activation's name in the object store. */
    record Apart() implements PayloadCopy {}

    None NONE = new None();
    Apart APART = new Apart();
}
