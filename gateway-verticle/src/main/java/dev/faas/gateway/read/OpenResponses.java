package dev.faas.gateway.read;

import dev.faas.http.token.Access;
import io.vertx.core.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tracks the responses that wait for events: event streams, followed logs, and waits for an end. They check for missed events
 * after NATS was unreachable, and stop with the gateway or when their login ends. Thread-safe.
 */
public final class OpenResponses {
    /** Called on its own event loop. */
    public interface OpenResponse {
        /** Looks for events that may have been missed. */
        void check();

        void stop();
    }

    private record Owner(Context context, Access access) {}

    private final Map<OpenResponse, Owner> open = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    public void add(OpenResponse response, Context context, Access access) {
        open.put(response, new Owner(context, access));
        // The login may have ended since it was checked.
        if (stopping || !access.mayContinue().getAsBoolean()) {
            context.runOnContext(now -> response.stop());
        }
    }

    public void remove(OpenResponse response) {
        open.remove(response);
    }

    public int count() {
        return open.size();
    }

    public void check() {
        open.forEach((response, owner) -> owner.context().runOnContext(now -> response.check()));
    }

    /** Stops the responses whose login has ended. */
    public void stopEnded() {
        open.forEach((response, owner) -> {
            if (!owner.access().mayContinue().getAsBoolean()) {
                owner.context().runOnContext(now -> response.stop());
            }
        });
    }

    /** Responses that open later stop at once. */
    public void stop() {
        stopping = true;
        stopAll();
    }

    /** Stops what is open now. */
    public void stopAll() {
        open.forEach((response, owner) -> owner.context().runOnContext(now -> response.stop()));
    }
}
