package dev.faas.gateway.read;

import io.vertx.core.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The answers that stay open until something happens: event streams, logs that are followed, waits for an end. All of them
 * look again after the bus was away, and all of them stop with the gateway. Thread-safe.
 */
public final class OpenResponses {
    /** One of them; called on its own event loop. */
    interface Open {
        /** Something may have been missed. */
        void check();

        /** The gateway stops. */
        void stop();
    }

    private final Map<Open, Context> open = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    void add(Open answer, Context context) {
        open.put(answer, context);
        if (stopping) {
            context.runOnContext(now -> answer.stop());
        }
    }

    void remove(Open answer) {
        open.remove(answer);
    }

    public int count() {
        return open.size();
    }

    public void check() {
        open.forEach((answer, context) -> context.runOnContext(now -> answer.check()));
    }

    /** Also those that are opened from now on. */
    public void stop() {
        stopping = true;
        open.forEach((answer, context) -> context.runOnContext(now -> answer.stop()));
    }
}
