package dev.faas.registry.function;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec.Destinations;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Renders a function for the API: its specification and the server's own fields, null where a value is not set. */
final class FunctionView {
    /** What becomes of submits to a paused function. */
    static final String ACCEPT = "accept";

    static final String REFUSE = "refuse";

    private FunctionView() {}

    private record ServerFields(int revision, @Nullable String imageDigest, Instant createdAt, Instant updatedAt) {}

    private record Paused(Instant since, String note, String submits) {
        static Paused of(FunctionPauses.Pause pause) {
            return new Paused(pause.since(), pause.note(), pause.refusesSubmits() ? REFUSE : ACCEPT);
        }
    }

    static ObjectNode of(FunctionRevision function) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("id", function.id()).put("owner", function.owner());
        Codec.toTree(function.spec()).properties().forEach(field -> {
            body.set(field.getKey(), field.getValue());
            if (field.getKey().equals("description")) {
                // The codec omits null values; this keeps their place in the document.
                body.putNull("entrypoint").putNull("command");
            }
        });
        var serverFields = new ServerFields(
                function.revision(), function.imageDigest(), function.createdAt(), function.updatedAt());
        body.remove("byAdmin");
        // The codec omits these if they have their defaults.
        body.set("argumentAs", Codec.toTree(function.spec().argumentAs()));
        body.put("idleTtlSeconds", function.spec().idleTtlSeconds());
        body.set(
                "destinations",
                Codec.toTree(Objects.requireNonNullElse(function.spec().destinations(), Destinations.NONE)));
        body.putNull("imageDigest");
        body.setAll((ObjectNode) Codec.toTree(serverFields));
        var pause = function.pauses().current();
        body.set("paused", pause == null ? NullNode.instance : Codec.toTree(Paused.of(pause)));
        return body;
    }
}
