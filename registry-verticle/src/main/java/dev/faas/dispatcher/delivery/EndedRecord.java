package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The record of an activation that has ended, as the ledger has it. */
record EndedRecord(ActivationRecord.Ended record) {
    static final int MAX_RESULT = 16 << 10;

    /** @param result null: it is no text, too long, or there is none */
    static EndedRecord of(byte[] record, @Nullable Buffer result) {
        var ended = (ActivationRecord.Ended) Codec.decode(record, ActivationRecord.class);
        var text = result != null
                ? result.toString(StandardCharsets.UTF_8)
                : ended.report().output().resultBytes() == 0 ? "" : null;
        return new EndedRecord(ended.withResult(text));
    }

    /** The public record. A result that is missing in it can be read at {@code resultUrl}. */
    ObjectNode toEvent(String type) {
        var data = (ObjectNode) Codec.toTree(ActivationView.of(record));
        if (data.path("result").isNull()) {
            data.put("resultUrl", "/v1/activations/" + record.id() + "/result");
        }
        return event(type, record.report().finishedAt(), data);
    }

    static ObjectNode event(String type, Instant at, ObjectNode data) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("timestamp", ApiTime.format(at))
                .set("data", data);
    }
}
