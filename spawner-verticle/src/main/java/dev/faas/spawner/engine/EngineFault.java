package dev.faas.spawner.engine;

import org.jspecify.annotations.Nullable;

/** Reports that the container engine failed, did not answer, or took too long. */
public class EngineFault extends Exception {
    public EngineFault(String detail, @Nullable Throwable cause) {
        super(detail, cause);
    }
}
