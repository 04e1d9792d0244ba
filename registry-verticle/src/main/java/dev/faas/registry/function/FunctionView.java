package dev.faas.registry.function;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A function as the API shows it: the specification with the server's own fields, null where something is not set. */
final class FunctionView {
    private FunctionView() {}

    /** What the server adds. */
    private record Owned(int revision, @Nullable String imageDigest, Instant createdAt, Instant updatedAt) {}

    static ObjectNode of(FunctionRevision function) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("id", function.id()).put("owner", function.owner());
        Codec.toTree(function.spec()).properties().forEach(field -> {
            body.set(field.getKey(), field.getValue());
            if (field.getKey().equals("description")) {
                // Their place in the document; the codec leaves out what is null.
                body.putNull("entrypoint").putNull("command");
            }
        });
        var owned = new Owned(function.revision(), function.imageDigest(), function.createdAt(), function.updatedAt());
        body.putNull("imageDigest");
        body.setAll((ObjectNode) Codec.toTree(owned));
        return body;
    }
}
