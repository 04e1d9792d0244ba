package dev.faas.gateway;

import dev.faas.wire.Ids;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Fakes the rows of batches in the registry. */
final class PlayedBatches {
    private static final String PATH = "/v1/batches";

    /** By activation id what identifies their content: items that the ledger has. */
    final Map<String, String> known = new ConcurrentHashMap<>();

    /** As the gateway has sent them last. */
    final AtomicReference<JsonObject> totals = new AtomicReference<>();
    /** As the gateway has sent it last. */
    final AtomicReference<JsonObject> opened = new AtomicReference<>();

    /** The answer to a GET of a batch. */
    final AtomicReference<JsonObject> view = new AtomicReference<>();

    private final Map<String, String> byKey = new ConcurrentHashMap<>();

    void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (request.method().equals(HttpMethod.POST) && request.path().equals(PATH)) {
                opened.set(body.toJsonObject());
                send(request, 200, open(body.toJsonObject()));
            } else if (request.path().endsWith("/totals")) {
                totals.set(body.toJsonObject());
                send(request, 200, new JsonObject());
            } else if (request.path().endsWith("/known")) {
                send(request, 200, new JsonObject().put("items", new JsonObject(Map.<String, Object>copyOf(known))));
            } else if (view.get() != null) {
                send(request, 200, view.get());
            } else {
                send(request, 404, new JsonObject().put("status", 404).put("code", "batch_not_found"));
            }
        });
    }

    private JsonObject open(JsonObject request) {
        var key = request.getString("key");
        var fresh = Ids.batch(Instant.now());
        var id = key == null ? fresh : byKey.computeIfAbsent(key, none -> fresh);
        return new JsonObject()
                .put("batchId", id)
                .put("revision", request.getInteger("revision"))
                .put("seed", "c2VlZA==")
                .put("isNew", id.equals(fresh));
    }

    private static void send(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", status == 200 ? "application/json" : "application/problem+json")
                .end(body.encode());
    }
}
