package dev.faas.registry;

import io.vertx.core.buffer.Buffer;

/** Where the ledger keeps a long-term copy of some bytes: in the row up to 64 KiB, else in the object store. */
sealed interface Copy {
    int MAX_INLINE_BYTES = 64 * 1024;

    /** There is nothing to keep, or it is kept no more. */
    record None() implements Copy {}

    record Inline(Buffer bytes) implements Copy {}

    /** Under the activation's name in the object store. */
    record Apart() implements Copy {}

    None NONE = new None();
    Apart APART = new Apart();
}
