package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DeliveryState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event for a destination.
 *
 * @param submittedId of the activation by which it called a function
 * @param attempts as the API shows them
 */
record Delivery(
        String id,
        Event event,
        String destinationId,
        @Nullable String submittedId,
        Progress progress,
        ArrayNode attempts,
        Instant createdAt) {
    /** @param activationId that has ended; null: it is another event */
    record Event(String id, String type, @Nullable String activationId) {}

    /**
     * @param dueAt of a pending one
     * @param waits for what a due one waits, if not for its turn
     */
    record Progress(
            DeliveryState state,
            @Nullable String reason,
            int attempt,
            @Nullable Instant dueAt,
            @Nullable String waits) {}

    /** For lists. */
    ObjectNode toView() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("deliveryId", id)
                .put("eventId", event.id)
                .put("type", event.type)
                .put("destination", destinationId)
                .put("activationId", event.activationId)
                .put("submittedActivationId", submittedId)
                .put("state", progress.state.text())
                .put("reason", progress.reason)
                .put("attempt", progress.attempt)
                .put("nextAttemptAt", DestinationView.text(progress.dueAt))
                .put("waits", progress.waits)
                .put("createdAt", DestinationView.text(createdAt));
    }

    ObjectNode toWholeView() {
        return toView().set("attempts", attempts);
    }
}
