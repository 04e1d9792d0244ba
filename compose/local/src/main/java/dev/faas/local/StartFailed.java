package dev.faas.local;

import java.io.IOException;
import java.io.Serial;

/** Reports a server that could not start or did not become ready. The message names the reason and the next step. */
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
