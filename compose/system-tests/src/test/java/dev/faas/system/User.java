package dev.faas.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.contract.ContractChecker;
import dev.faas.system.contract.Event;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls the API as one user. Checks every request and response against openapi.yaml. */
public final class User {
    private static final Duration LIMIT = Duration.ofSeconds(70);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ContractChecker CHECKER = new ContractChecker();

    private final URI api;
    private final String token;
    private final boolean wrongly;

    private User(URI api, String token, boolean wrongly) {
        this.api = api;
        this.token = token;
        this.wrongly = wrongly;
    }

    /** Registers a new account and logs in. */
    public static User register(URI api) throws IOException, InterruptedException {
        return register(api, "user-" + UUID.randomUUID().toString().substring(0, 12));
    }

    public static User register(URI api, String username) throws IOException, InterruptedException {
        var anonymous = new User(api, "", false);
        var account = Map.of("username", username, "password", "correct horse battery staple");
        assertThat(anonymous.post("/v1/auth/register", account).statusCode()).isEqualTo(201);
        return login(api, username);
    }

    /** Tries again while the platform says 503. */
    public static User login(URI api, String username) throws IOException, InterruptedException {
        var anonymous = new User(api, "", false);
        var account = Map.of("username", username, "password", "correct horse battery staple");
        var answer = new AtomicReference<HttpResponse<byte[]>>();
        Await.until("an answer to the login of " + username, () -> {
            answer.set(anonymous.post("/v1/auth/login", account));
            return answer.get().statusCode() != 503;
        });
        assertThat(answer.get().statusCode()).as("login of " + username).isEqualTo(200);
        return new User(api, json(answer.get()).path("access_token").asText(), false);
    }

    /** The same token at another address. */
    public User at(URI other) {
        return new User(other, token, wrongly);
    }

    /** The same user with intentionally wrong requests: only responses are checked. */
    public User wrongly() {
        return new User(api, token, true);
    }

    public HttpResponse<byte[]> post(String path, Object body) throws IOException, InterruptedException {
        return send("POST", path, "application/json", Codec.write(body));
    }

    /** With an Idempotency-Key. */
    public HttpResponse<byte[]> post(String path, Object body, String idempotencyKey)
            throws IOException, InterruptedException {
        var bytes = Codec.write(body);
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", idempotencyKey)
                        .POST(BodyPublishers.ofByteArray(bytes)),
                bytes);
    }

    public HttpResponse<byte[]> postText(String path, byte[] body) throws IOException, InterruptedException {
        return send("POST", path, "text/plain; charset=utf-8", body);
    }

    public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(request(path), null);
    }

    public HttpResponse<byte[]> patch(String path, Object body) throws IOException, InterruptedException {
        return send("PATCH", path, "application/merge-patch+json", Codec.write(body));
    }

    public HttpResponse<byte[]> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE(), null);
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(api.resolve(path)).timeout(LIMIT);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(String method, String path, String type, byte[] body)
            throws IOException, InterruptedException {
        var request = request(path).header("Content-Type", type).method(method, BodyPublishers.ofByteArray(body));
        return send(request, body);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder builder, byte @Nullable [] body)
            throws IOException, InterruptedException {
        var request = checked(builder, body);
        var response = HTTP.send(request, BodyHandlers.ofByteArray());
        CHECKER.answer(request, response.statusCode(), response.headers(), response.body());
        return response;
    }

    private HttpRequest checked(HttpRequest.Builder builder, byte @Nullable [] body) {
        var request = builder.build();
        if (!wrongly) {
            CHECKER.request(request, body);
        }
        return request;
    }

    /** Creates a function; further fields as a map. */
    public String function(String name, String image, Map<String, Object> more)
            throws IOException, InterruptedException {
        var body = new HashMap<String, Object>(more);
        body.put("name", name);
        body.put("image", image);
        var response = post("/v1/functions", body);
        assertThat(response.statusCode()).as(text(response)).isEqualTo(201);
        return json(response).path("id").asText();
    }

    public String function(String name, String image) throws IOException, InterruptedException {
        return function(name, image, Map.of());
    }

    /** Submits and expects a 202; the activation's id. */
    public String submit(String function, String argument) throws IOException, InterruptedException {
        var response = post("/v1/functions/" + function + "/activations", Map.of("argument", argument));
        assertThat(response.statusCode()).as(text(response)).isEqualTo(202);
        return json(response).path("activationId").asText();
    }

    /** The record after its end, within two minutes: the command of a killed spawner is delivered again after 30 s. */
    public JsonNode ended(String id) throws IOException, InterruptedException {
        var record = json(get("/v1/activations/" + id + "?wait=60"));
        if (record.path("finishedAt").isNull()) {
            record = json(get("/v1/activations/" + id + "?wait=60"));
        }
        assertThat(record.path("finishedAt").isNull()).as(record.toString()).isFalse();
        return record;
    }

    public JsonNode record(String id) throws IOException, InterruptedException {
        return json(get("/v1/activations/" + id));
    }

    /** Waits until the activation has this status, within a minute. */
    public void awaitStatus(String id, String status) throws IOException, InterruptedException {
        var until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        var seen = "";
        while (System.nanoTime() < until) {
            seen = record(id).path("status").asText();
            if (seen.equals(status)) {
                return;
            }
        }
        assertThat(seen).isEqualTo(status);
    }

    public byte[] result(String id) throws IOException, InterruptedException {
        var response = get("/v1/activations/" + id + "/result");
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    public byte[] logs(String id) throws IOException, InterruptedException {
        return get("/v1/activations/" + id + "/logs").body();
    }

    /** All events until the stream ends. */
    public List<Event> events(String id, String lastEventId) throws IOException, InterruptedException {
        var builder = request("/v1/activations/" + id + "/events");
        if (!lastEventId.isEmpty()) {
            builder.header("Last-Event-ID", lastEventId);
        }
        var request = checked(builder, null);
        var response = HTTP.send(request, BodyHandlers.ofLines());
        CHECKER.answer(request, response.statusCode(), response.headers(), null);
        assertThat(response.statusCode()).isEqualTo(200);
        try (var lines = response.body()) {
            return CHECKER.events(request, lines).toList();
        }
    }

    /** The response to a stream that resumes there. */
    public int statusOfEvents(String id, String lastEventId) throws IOException, InterruptedException {
        return send(request("/v1/activations/" + id + "/events").header("Last-Event-ID", lastEventId), null)
                .statusCode();
    }

    public static JsonNode json(HttpResponse<byte[]> response) {
        return Codec.readTree(response.body());
    }

    public static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
