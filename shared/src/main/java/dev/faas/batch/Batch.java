package dev.faas.batch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Ids;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
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

    private static final int SEED_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    public record Target(String id, String name, int revision) {
        /** Of a replay: its items may be of several functions and revisions. */
        public static final Target NONE = new Target("", "", 0);

        boolean isNone() {
            return id.isEmpty();
        }
    }

    /** As the gateway counted them; null: not known yet. */
    public record Totals(
            @Nullable Integer size,
            @Nullable Integer accepted,
            @Nullable Integer rejected) {}

    public record Times(Instant createdAt, @Nullable Instant endedAt) {}

    /** A new one. */
    public static Batch open(String owner, Target function, @Nullable Integer size, Instant now) {
        var seed = new byte[SEED_BYTES];
        RANDOM.nextBytes(seed);
        return new Batch(
                Ids.batch(now),
                owner,
                function,
                OPEN,
                new Totals(size, null, null),
                Buffer.buffer(seed),
                new Times(now, null));
    }

    public ObjectNode toView() {
        var view = JsonNodeFactory.instance.objectNode();
        view.put("batchId", id);
        if (function.isNone()) {
            view.putNull("function");
        } else {
            view.putObject("function")
                    .put("id", function.id)
                    .put("name", function.name)
                    .put("revision", function.revision);
        }
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
