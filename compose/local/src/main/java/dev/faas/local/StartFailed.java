package dev.faas.local;

import java.io.IOException;
import java.io.Serial;

/** A child process that could not be started or never became ready. The message says why, and what to do about it. */
public final class StartFailed extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    StartFailed(String message) {
        super(message);
    }

    StartFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
