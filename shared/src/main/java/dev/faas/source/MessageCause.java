package dev.faas.source;

import dev.faas.activation.Activation.Cause;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Passes on which activation's end published a message, so that each chain ends. Messages of users have no such headers. */
public final class MessageCause {
    private static final String ACTIVATION = "faas-cause";
    private static final String DEPTH = "faas-cause-depth";

    private MessageCause() {}

    public static Map<String, String> toHeaders(Cause cause) {
        return Map.of(ACTIVATION, cause.activationId(), DEPTH, Integer.toString(cause.depth()));
    }

    public static @Nullable Cause of(Map<String, String> headers) {
        var activation = headers.get(ACTIVATION);
        var depth = headers.get(DEPTH);
        return activation == null || depth == null ? null : new Cause(activation, Integer.parseInt(depth));
    }
}
