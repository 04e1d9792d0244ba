package dev.faas.dispatcher.batch;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.event.StoredEvent;
import dev.faas.wire.ApiTime;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch that has not ended.
 *
 * @param changedAt as of its state
 * @param announced what the last event said; null: none was sent
 */
record OpenBatch(
        String id,
        String owner,
        Function function,
        String state,
        Totals totals,
        Instant createdAt,
        Instant changedAt,
        @Nullable String announced) {
    private static final String OPEN = "open";

    record Function(String id, String name, int revision) {}

    record Totals(
            @Nullable Integer size,
            @Nullable Integer accepted,
            @Nullable Integer rejected) {}

    boolean isOpen() {
        return state.equals(OPEN);
    }

    /** Whether the ledger has as many items as the gateway had accepted. It may lag. */
    boolean hasAll(long items) {
        var accepted = totals.accepted;
        return accepted == null || items >= accepted;
    }

    /** Differs when a repeat of the request has changed anything. */
    String announcement(long items) {
        return state + " " + items;
    }

    /** @param counts of items by status */
    StoredEvent toEvent(Map<String, Long> counts, Instant endedAt) {
        var data = new JsonObject()
                .put("batchId", id)
                .put(
                        "function",
                        new JsonObject()
                                .put("id", function.id)
                                .put("name", function.name)
                                .put("revision", function.revision))
                .put("state", state)
                .put("size", totals.size)
                .put("accepted", totals.accepted)
                .put("rejected", totals.rejected)
                .put("counts", new JsonObject(Map.<String, Object>copyOf(counts)))
                .put("createdAt", ApiTime.format(createdAt))
                .put("endedAt", ApiTime.format(endedAt));
        return new StoredEvent(
                owner, DestinationSpec.BATCH_ENDED, new StoredEvent.About(function.id, Map.of()), null, data);
    }
}
