package dev.faas.spawner;

import org.jspecify.annotations.Nullable;

/** The container engine did not do what it was asked for: away, too slow, or in trouble of its own. */
class EngineFault extends Exception {
    EngineFault(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }
}
