package dev.faas.auth;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A user of the HTTP API. */
final class Client implements AutoCloseable {
    record Answer(int status, HttpHeaders headers, String text) {
        JsonObject json() {
            return new JsonObject(text);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        String code() {
            return json().getString("code");
        }

        String accessToken() {
            return json().getString("access_token");
        }

        String refreshToken() {
            return json().getString("refresh_token");
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    Client(int port) {
        this.base = "http://127.0.0.1:" + port;
    }

    Answer register(String username, String password) {
        return post("/v1/auth/register", credentials(username, password));
    }

    Answer login(String username, String password) {
        return post("/v1/auth/login", credentials(username, password));
    }

    Answer refresh(String refreshToken) {
        return post("/v1/auth/refresh", refreshBody(refreshToken));
    }

    Answer logout(String refreshToken) {
        return post("/v1/auth/logout", refreshBody(refreshToken));
    }

    Answer me(String accessToken) {
        return send(request("/v1/auth/me")
                .header("Authorization", "Bearer " + accessToken)
                .GET());
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, JsonObject body) {
        return send(post(path, "application/json", body.encode()));
    }

    Answer send(HttpRequest.Builder request) {
        return answer(http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()))
                .join();
    }

    /** Sends the same request several times at once. */
    List<Answer> atOnce(int times, String path, JsonObject body) {
        var sent = Stream.generate(
                        () -> post(path, "application/json", body.encode()).build())
                .limit(times)
                .map(request -> answer(http.sendAsync(request, HttpResponse.BodyHandlers.ofString())))
                .toList();
        return sent.stream().map(CompletableFuture::join).toList();
    }

    HttpRequest.Builder post(String path, String contentType, String body) {
        return request(path).header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT);
    }

    static JsonObject credentials(String username, String password) {
        return new JsonObject().put("username", username).put("password", password);
    }

    static JsonObject refreshBody(String refreshToken) {
        return new JsonObject().put("refresh_token", refreshToken);
    }

    private static CompletableFuture<Answer> answer(CompletableFuture<HttpResponse<String>> response) {
        return response.thenApply(it -> new Answer(it.statusCode(), it.headers(), it.body()));
    }

    @Override
    public void close() {
        http.close();
    }
}
