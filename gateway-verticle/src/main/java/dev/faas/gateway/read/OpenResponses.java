package dev.faas.gateway.read;

import io.vertx.core.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tracks the responses that wait for events: event streams, followed logs, and waits for an end. They check for missed events
 * after NATS was unreachable, and stop with the gateway. Thread-safe.
 */
public final class OpenResponses {
    /** Called on its own event loop. */
    interface OpenResponse {
        /** Looks for events that may have been missed. */
        void check();

        void stop();
    }

    private final Map<OpenResponse, Context> open = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    void add(OpenResponse response, Context context) {
        open.put(response, context);
        if (stopping) {
            context.runOnContext(now -> response.stop());
        }
    }

    void remove(OpenResponse response) {
        open.remove(response);
    }

    public int count() {
        return open.size();
    }

    public void check() {
        open.forEach((response, context) -> context.runOnContext(now -> response.check()));
    }

    /** Responses that open later stop at once. */
    public void stop() {
        stopping = true;
        open.forEach((response, context) -> context.runOnContext(now -> response.stop()));
    }
}
