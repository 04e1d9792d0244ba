package dev.faas.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** One user of the HTTP API. */
final class Client implements AutoCloseable {
    record Answer(int status, HttpHeaders headers, Buffer body) {
        String text() {
            return body.toString();
        }

        JsonObject json() {
            return new JsonObject(text());
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        String code() {
            return json().getString("code");
        }

        JsonArray items() {
            return json().getJsonArray("items");
        }

        String next() {
            return json().getString("next");
        }

        /** Fields that a problem names, sorted. */
        List<String> fields() {
            return json().getJsonArray("errors").stream()
                    .map(error -> ((JsonObject) error).getString("field"))
                    .sorted()
                    .toList();
        }

        String messages() {
            return json().getJsonArray("errors").encode();
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final String token;

    Client(int port, String token) {
        this.base = "http://127.0.0.1:" + port;
        this.token = token;
    }

    Answer get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    Answer delete(String path, String... headers) {
        return send("DELETE", path, "", headers);
    }

    Answer post(String path, JsonObject body, String... headers) {
        return send("POST", path, body.encode(), headers);
    }

    Answer put(String path, JsonObject body, String... headers) {
        return send("PUT", path, body.encode(), headers);
    }

    Answer patch(String path, JsonObject body, String... headers) {
        return send("PATCH", path, body.encode(), headers);
    }

    Answer create(String name) {
        return post("/v1/functions", function(name));
    }

    static JsonObject function(String name) {
        return new JsonObject().put("name", name).put("image", "registry.example/path/" + name + ":1");
    }

    Answer send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(LIMIT)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!body.isEmpty() && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(it -> new Answer(it.statusCode(), it.headers(), Buffer.buffer(it.body())))
                .join();
    }

    @Override
    public void close() {
        http.close();
    }
}
