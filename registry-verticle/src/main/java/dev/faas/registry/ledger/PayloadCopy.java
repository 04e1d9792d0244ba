package dev.faas.registry.ledger;

import io.vertx.core.buffer.Buffer;

/** Says where the long-term copy of a payload is: in the row up to 64 KiB, in the object store above that. */
public sealed interface PayloadCopy {
    int MAX_INLINE_BYTES = 64 * 1024;

    /** The payload is empty, or its copy has been removed. */
    record None() implements PayloadCopy {}

    record Inline(Buffer bytes) implements PayloadCopy {}

    /** The object's name is the activation's id and the kind of payload. */
    record InObjectStore() implements PayloadCopy {}

    None NONE = new None();
    InObjectStore IN_OBJECT_STORE = new InObjectStore();
}
