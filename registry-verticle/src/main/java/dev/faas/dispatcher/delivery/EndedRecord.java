package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.Activation.Cause;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The record of an activation that has ended, as the ledger has it.
 *
 * @param result null: it is no text, too long, or there is none
 */
record EndedRecord(Buffer record, @Nullable Buffer result) {
    static final int MAX_RESULT = 16 << 10;

    /**
     * The public record. A result that is missing in it can be read at {@code resultUrl}. Fails when the record is not readable:
     * then it is one attempt that fails, and not that of others.
     */
    ObjectNode toEvent(String type) {
        var ended = ended();
        var text = result != null
                ? result.toString(StandardCharsets.UTF_8)
                : ended.report().output().resultBytes() == 0 ? "" : null;
        var data = (ObjectNode) Codec.toTree(ActivationView.of(ended.withResult(text)));
        if (data.path("result").isNull()) {
            data.put("resultUrl", "/v1/activations/" + ended.id() + "/result");
        }
        return event(type, ended.report().finishedAt(), data);
    }

    ActivationRecord.Ended ended() {
        return (ActivationRecord.Ended) Codec.decode(record.getBytes(), ActivationRecord.class);
    }

    /** Of an activation that this end submits. */
    Cause cause() {
        var activation = ended().activation();
        var before = activation.cause();
        return new Cause(activation.id(), before == null ? 1 : before.depth() + 1);
    }

    static ObjectNode event(String type, Instant at, ObjectNode data) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("timestamp", ApiTime.format(at))
                .set("data", data);
    }
}
