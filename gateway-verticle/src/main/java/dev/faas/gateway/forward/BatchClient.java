package dev.faas.gateway.forward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of batches, in the caller's name. */
public final class BatchClient {
    private static final String PATH = "/v1/batches";

    /**
     * @param revision of all items
     * @param isNew false: an earlier request with the same key made it
     */
    public record Opened(String id, int revision, Buffer seed, boolean isNew) {}

    private final Upstream registry;

    public BatchClient(Upstream registry) {
        this.registry = registry;
    }

    /**
     * Makes the row of a batch, or finds that of an earlier request with the same key.
     *
     * @param size empty: not known yet
     */
    public Future<Opened> open(FunctionRevision function, OptionalInt size, @Nullable String key, Caller caller) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("functionId", function.id())
                .put("functionName", function.spec().name())
                .put("revision", function.revision());
        if (size.isPresent()) {
            body.put("size", size.getAsInt());
        }
        if (key != null) {
            body.put("key", key);
        }
        return registry.send(HttpMethod.POST, PATH, Buffer.buffer(Codec.write(body)), caller)
                .map(registry::requireOk)
                .map(opened -> new Opened(
                        opened.path("batchId").asText(),
                        opened.path("revision").asInt(),
                        Buffer.buffer(
                                Base64.getDecoder().decode(opened.path("seed").asText())),
                        opened.path("isNew").asBoolean()));
    }

    /** All items have been answered. */
    public Future<Void> close(String batch, int accepted, int rejected, Caller caller) {
        return putTotals(batch, accepted, rejected, true, caller);
    }

    /** The request was cut off after these items. */
    public Future<Void> giveUp(String batch, int accepted, int rejected, Caller caller) {
        return putTotals(batch, accepted, rejected, false, caller);
    }

    private Future<Void> putTotals(String batch, int accepted, int rejected, boolean isComplete, Caller caller) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("accepted", accepted)
                .put("rejected", rejected)
                .put("isComplete", isComplete);
        return registry.send(HttpMethod.PUT, PATH + "/" + batch + "/totals", Buffer.buffer(Codec.write(body)), caller)
                .map(registry::requireOk)
                .mapEmpty();
    }

    /**
     * Items that the ledger has: by activation id what identifies their content.
     *
     * @param from id of the first one
     */
    public Future<Map<String, String>> known(String batch, String from, Caller caller) {
        return registry.get(PATH + "/" + batch + "/known?from=" + from, "application/json", caller)
                .map(registry::requireOk)
                .map(found -> {
                    var known = new HashMap<String, String>();
                    found.path("items")
                            .properties()
                            .forEach(item ->
                                    known.put(item.getKey(), item.getValue().asText()));
                    return known;
                });
    }

    /** As clients see it. Fails with {@code batch_not_found}. */
    public Future<JsonNode> get(String batch, Caller caller) {
        // Not every text can be a part of a path.
        return !Ids.isBatch(batch)
                ? Future.failedFuture(Problem.batchNotFound(batch).asException())
                : registry.get(PATH + "/" + batch, "application/json", caller).map(registry::requireOk);
    }
}
