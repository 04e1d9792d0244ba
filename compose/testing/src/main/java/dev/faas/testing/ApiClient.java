package dev.faas.testing;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client of one service's HTTP API on the loopback address. */
public class ApiClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final String token;

    /** @param token sent with each request that has no Authorization of its own; empty for none */
    public ApiClient(int port, String token) {
        this.base = "http://127.0.0.1:" + port;
        this.token = token;
    }

    public final HttpAnswer get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    public final HttpAnswer delete(String path, String... headers) {
        return send("DELETE", path, "", headers);
    }

    public final HttpAnswer post(String path, JsonObject body, String... headers) {
        return send("POST", path, body.encode(), headers);
    }

    public final HttpAnswer put(String path, JsonObject body, String... headers) {
        return send("PUT", path, body.encode(), headers);
    }

    public final HttpAnswer patch(String path, JsonObject body, String... headers) {
        return send("PATCH", path, body.encode(), headers);
    }

    /** @param headers name, value, name, value */
    public final HttpAnswer send(String method, String path, String body, String... headers) {
        return sent(method, path, body, headers).join();
    }

    /** The same without a wait for the answer. */
    public final CompletableFuture<HttpAnswer> sent(String method, String path, String body, String... headers) {
        var request = request(path)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        if (!body.isEmpty() && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return sent(request);
    }

    /** A request that a test words itself. */
    public final HttpAnswer send(HttpRequest.Builder request) {
        return sent(request).join();
    }

    private CompletableFuture<HttpAnswer> sent(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(HttpAnswer::of);
    }

    public final HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT);
    }

    @Override
    public void close() {
        http.close();
    }
}
