package dev.faas.system.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;

/**
 * Adapts openapi.yaml to vertx-openapi 5.0.7, which supports few media types: replaces the others by supported ones, in the
 * document and in requests and responses.
 */
final class Dialect {
    static final String BYTES = "application/octet-stream";

    /** Media types of the document, and the ones that vertx-openapi reads as JSON. */
    private static final Map<String, String> JSON_TYPES = Map.of(
            "application/json",
            "application/json",
            ApiYaml.PROBLEM,
            "application/vnd.faas.problem+json",
            "application/merge-patch+json",
            "application/vnd.faas.merge-patch+json");

    private Dialect() {}

    static JsonObject of(JsonObject document) {
        var adapted = (JsonObject) adapted(document);
        adapted.getJsonObject("components").getJsonObject("schemas").forEach(each -> close(each.getValue()));
        return adapted;
    }

    /** The name of a media type, without its parameters. */
    static String name(String type) {
        var end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    static String known(String type) {
        return JSON_TYPES.getOrDefault(name(type), BYTES);
    }

    private static Object adapted(Object value) {
        if (value instanceof JsonArray array) {
            var copy = new JsonArray();
            array.forEach(each -> copy.add(adapted(each)));
            return copy;
        }
        if (!(value instanceof JsonObject object)) {
            return value;
        }
        var copy = new JsonObject();
        object.forEach(each -> copy.put(
                each.getKey(),
                each.getKey().equals("content") && each.getValue() instanceof JsonObject content
                        ? media(content)
                        : adapted(each.getValue())));
        return copy;
    }

    /** Other media types become bytes, which have no schema. */
    private static JsonObject media(JsonObject content) {
        var types = new JsonObject();
        content.forEach(media -> {
            if (JSON_TYPES.containsKey(media.getKey())) {
                types.put(known(media.getKey()), adapted(media.getValue()));
            } else {
                var binary = new JsonObject().put("type", "string").put("format", "binary");
                types.put(BYTES, new JsonObject().put("schema", binary));
            }
        });
        return types;
    }

    /** Clients ignore unknown members, but tests must not. */
    private static void close(Object schema) {
        if (schema instanceof JsonArray array) {
            array.forEach(Dialect::close);
        } else if (schema instanceof JsonObject object) {
            if (object.getValue("properties") instanceof JsonObject && !object.containsKey("additionalProperties")) {
                object.put("additionalProperties", false);
            }
            object.forEach(each -> {
                if (!each.getKey().equals("default")) {
                    close(each.getValue());
                }
            });
        }
    }
}
