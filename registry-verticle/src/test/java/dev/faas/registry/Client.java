package dev.faas.registry;

import dev.faas.testing.ApiClient;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonObject;

/** A user of registry-service. */
final class Client extends ApiClient {
    Client(int port, String token) {
        super(port, token);
    }

    HttpAnswer create(String name) {
        return post("/v1/functions", function(name));
    }

    static JsonObject function(String name) {
        return new JsonObject().put("name", name).put("image", "registry.example/path/" + name + ":1");
    }
}
