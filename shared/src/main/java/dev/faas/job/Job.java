package dev.faas.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Work on many things in the background.
 *
 * @param state {@link #RUNNING}, {@link #STOPPING}, completed or stopped
 * @param batchId of what it submits; null: it submits nothing
 */
public record Job(
        String id,
        String owner,
        JobAction action,
        JobFilter filter,
        String state,
        Progress progress,
        @Nullable String batchId,
        Times times) {
    public static final String RUNNING = "running";
    /** It ends after its page. */
    public static final String STOPPING = "stopping";

    /** @param matched how many the filter selected when it was made */
    public record Progress(int matched, int done, int failed) {}

    public record Times(Instant createdAt, @Nullable Instant endedAt) {}

    public boolean isStopping() {
        return state.equals(STOPPING);
    }

    public ObjectNode toView() {
        var view = JsonNodeFactory.instance.objectNode();
        view.put("jobId", id);
        view.put("action", action.text());
        view.set("filter", Codec.readTree(filter.toJson().encode().getBytes(StandardCharsets.UTF_8)));
        view.put("state", state);
        view.put("matched", progress.matched);
        view.put("done", progress.done);
        view.put("failed", progress.failed);
        view.put("batchId", batchId);
        view.put("createdAt", ApiTime.format(times.createdAt));
        var ended = times.endedAt;
        view.put("endedAt", ended == null ? null : ApiTime.format(ended));
        return view;
    }
}
