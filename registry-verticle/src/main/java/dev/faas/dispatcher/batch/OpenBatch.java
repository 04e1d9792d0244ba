package dev.faas.dispatcher.batch;

import dev.faas.batch.Batch;
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
record OpenBatch(Batch batch, Instant changedAt, @Nullable String announced) {
    String id() {
        return batch.id();
    }

    /** Whether the ledger has as many items as the gateway had accepted. It may lag. */
    boolean hasAll(long items) {
        var accepted = batch.totals().accepted();
        return accepted == null || items >= accepted;
    }

    /** Differs when a repeat of the request has changed anything. */
    String announcement(long items) {
        return batch.state() + " " + items;
    }

    /** @param counts of items by status */
    StoredEvent toEvent(Map<String, Long> counts, Instant endedAt) {
        var data = new JsonObject(batch.toView(counts).toString()).put("endedAt", ApiTime.format(endedAt));
        return new StoredEvent(
                batch.owner(),
                DestinationSpec.BATCH_ENDED,
                new StoredEvent.About(batch.function().id(), Map.of()),
                null,
                data);
    }
}
