package dev.faas.spawner.engine;

import org.jspecify.annotations.Nullable;

/** The container engine did not do what it was asked for: away, too slow, or in trouble of its own. */
public class EngineFault extends Exception {
    public EngineFault(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }
}
