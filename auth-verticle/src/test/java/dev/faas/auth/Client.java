package dev.faas.auth;

import dev.faas.testing.ApiClient;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A user of auth-service. */
final class Client extends ApiClient {
    Client(int port) {
        super(port, "");
    }

    HttpAnswer register(String username, String password) {
        return post("/v1/auth/register", credentials(username, password));
    }

    HttpAnswer login(String username, String password) {
        return post("/v1/auth/login", credentials(username, password));
    }

    HttpAnswer refresh(String refreshToken) {
        return post("/v1/auth/refresh", refreshBody(refreshToken));
    }

    HttpAnswer logout(String refreshToken) {
        return post("/v1/auth/logout", refreshBody(refreshToken));
    }

    HttpAnswer me(String accessToken) {
        return as(accessToken, "GET", "/v1/auth/me");
    }

    HttpAnswer as(String token, String method, String path) {
        return as(token, method, path, new JsonObject());
    }

    /** @param body not sent if it is empty */
    HttpAnswer as(String token, String method, String path, JsonObject body) {
        return send(method, path, body.isEmpty() ? "" : body.encode(), bearer(token));
    }

    String createKey(String token) {
        return as(token, "POST", "/v1/auth/keys", new JsonObject().put("name", "of the test"))
                .json()
                .getString("key");
    }

    static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    /** The same several times at once. */
    List<HttpAnswer> atOnce(int times, String path, JsonObject body) {
        var sent = Stream.generate(() -> sent("POST", path, body.encode()))
                .limit(times)
                .toList();
        return sent.stream().map(CompletableFuture::join).toList();
    }

    HttpRequest.Builder post(String path, String contentType, String body) {
        return request(path).header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    static JsonObject credentials(String username, String password) {
        return new JsonObject().put("username", username).put("password", password);
    }

    static JsonObject refreshBody(String refreshToken) {
        return new JsonObject().put("refresh_token", refreshToken);
    }
}
