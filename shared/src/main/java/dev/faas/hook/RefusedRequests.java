package dev.faas.hook;

import dev.faas.wire.Versioned;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to hooks that submitted nothing, as a gateway tells the registry. */
public record RefusedRequests(List<Request> requests) implements Versioned {
    /** In one message. */
    public static final int MOST = 500;

    /** Of one hook; those before are forgotten. */
    public static final int KEPT = 100;

    /**
     * @param status of the answer
     * @param reason the answer's code, or {@link #IGNORED}
     */
    public record Request(
            String hook,
            Instant at,
            int status,
            String reason,
            @Nullable String deliveryId) {
        public static final String IGNORED = "ignored";
    }

    public RefusedRequests {
        requests = List.copyOf(requests);
    }
}
