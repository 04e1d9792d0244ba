package dev.faas.system.contract;

import dev.faas.gateway.GatewayVerticle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;

/** Reads the gateway's {@code openapi.yaml}. */
final class ApiYaml {
    static final String PROBLEM = "application/problem+json";

    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    private final JsonObject document;

    private ApiYaml(JsonObject document) {
        this.document = document;
    }

    /** A problem that the document lists for an operation. */
    record Documented(String operationId, int status, String code) {
        @Override
        public String toString() {
            return operationId + " " + status + " " + code;
        }
    }

    static ApiYaml load() {
        try (var in = GatewayVerticle.class.getResourceAsStream("/openapi.yaml")) {
            return new ApiYaml((JsonObject) json(new Yaml().load(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object json(Object yaml) {
        if (yaml instanceof Map<?, ?> map) {
            var object = new JsonObject();
            map.forEach((name, value) -> object.put(String.valueOf(name), json(value)));
            return object;
        }
        if (yaml instanceof List<?> list) {
            var array = new JsonArray();
            list.forEach(value -> array.add(json(value)));
            return array;
        }
        return yaml;
    }

    JsonObject document() {
        return document;
    }

    /** The target of a {@code $ref}; null if there is none. */
    JsonObject at(String reference) {
        var found = document;
        for (var name : reference.substring("#/".length()).split("/")) {
            found = found == null ? null : found.getJsonObject(name);
        }
        return found;
    }

    private JsonObject resolved(JsonObject object) {
        return object.containsKey("$ref") ? at(object.getString("$ref")) : object;
    }

    JsonObject paths() {
        return document.getJsonObject("paths");
    }

    /** The operations of a path by their methods, in upper case. */
    Map<String, JsonObject> operations(String path) {
        var operations = new TreeMap<String, JsonObject>();
        var item = paths().getJsonObject(path);
        METHODS.stream()
                .filter(item::containsKey)
                .forEach(method -> operations.put(method.toUpperCase(Locale.ROOT), item.getJsonObject(method)));
        return operations;
    }

    /** The response of an operation with this status; follows references. */
    JsonObject answer(JsonObject operation, String status) {
        return resolved(operation.getJsonObject("responses").getJsonObject(status));
    }

    /** The media types of an operation's responses. */
    Set<String> types(JsonObject operation, int status) {
        var content = answer(operation, Integer.toString(status)).getJsonObject("content", new JsonObject());
        return content.fieldNames();
    }

    /** The media types that a method of a path accepts, in the document's order; empty if none, or without such a method. */
    Optional<String> bodyTypes(String path, String method) {
        return Optional.ofNullable(operations(path).get(method))
                .map(operation -> operation.getJsonObject("requestBody"))
                .map(body -> String.join(", ", body.getJsonObject("content").fieldNames()));
    }

    /** Every problem of every operation. */
    List<Documented> problems() {
        var problems = new ArrayList<Documented>();
        for (var path : paths().fieldNames()) {
            for (var operation : operations(path).values()) {
                for (var status : operation.getJsonObject("responses").fieldNames()) {
                    var media = answer(operation, status)
                            .getJsonObject("content", new JsonObject())
                            .getJsonObject(PROBLEM);
                    if (media != null) {
                        codes(media.getJsonObject("schema"))
                                .forEach(code -> problems.add(new Documented(
                                        operation.getString("operationId"), Integer.parseInt(status), code)));
                    }
                }
            }
        }
        return problems;
    }

    private static Set<String> codes(JsonObject schema) {
        var narrowed = schema.getJsonArray("allOf").getJsonObject(1);
        var codes = new HashSet<String>();
        narrowed.getJsonObject("properties")
                .getJsonObject("code")
                .getJsonArray("enum")
                .forEach(code -> codes.add((String) code));
        return codes;
    }
}
