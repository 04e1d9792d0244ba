package dev.faas.batch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.ApiTime;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Activations that were submitted together.
 *
 * @param state open, closed or incomplete
 * @param seed makes the ids of its items; clients never get it
 */
public record Batch(String id, String owner, Target function, String state, Totals totals, Buffer seed, Times times) {
    public static final String OPEN = "open";

    public record Target(String id, String name, int revision) {}

    /** As the gateway counted them; null: not known yet. */
    public record Totals(
            @Nullable Integer size,
            @Nullable Integer accepted,
            @Nullable Integer rejected) {}

    public record Times(Instant createdAt, @Nullable Instant endedAt) {}

    public ObjectNode toView() {
        var view = JsonNodeFactory.instance.objectNode();
        view.put("batchId", id);
        view.putObject("function")
                .put("id", function.id)
                .put("name", function.name)
                .put("revision", function.revision);
        view.put("state", state);
        view.put("size", totals.size);
        view.put("accepted", totals.accepted);
        view.put("rejected", totals.rejected);
        view.put("createdAt", ApiTime.format(times.createdAt));
        var ended = times.endedAt;
        view.put("endedAt", ended == null ? null : ApiTime.format(ended));
        return view;
    }

    public boolean isOpen() {
        return state.equals(OPEN);
    }

    /** @param counts of items by status */
    public ObjectNode toView(Map<String, Long> counts) {
        var view = toView();
        var byStatus = view.putObject("counts");
        counts.forEach(byStatus::put);
        return view;
    }
}
