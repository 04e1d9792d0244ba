package dev.faas.system.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.contract.Event;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Calls the API with a short timeout. Blocks; thread-safe. */
public final class LoadClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String PASSWORD = "correct horse battery staple";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI api;
    private final String username = "faults-" + UUID.randomUUID().toString().substring(0, 12);
    private volatile String token = "";

    /** @param body a missing or null node if there is none, or none in JSON */
    public record Response(int status, JsonNode body) {
        boolean isSuccess() {
            return status / 100 == 2;
        }

        public Response orThrow() throws IOException {
            if (!isSuccess()) {
                throw new IOException("answered " + status + ": " + body);
            }
            return this;
        }
    }

    private LoadClient(URI api) {
        this.api = api;
    }

    /** A client without an account. */
    static LoadClient anonymous(URI service) {
        return new LoadClient(service);
    }

    static LoadClient register(URI api) throws IOException, InterruptedException {
        var client = new LoadClient(api);
        client.post("/v1/auth/register", client.account(), Map.of()).orThrow();
        client.token = client.login().orThrow().body().path("access_token").asText();
        return client;
    }

    private Map<String, String> account() {
        return Map.of("username", username, "password", PASSWORD);
    }

    public Response login() throws IOException, InterruptedException {
        return post("/v1/auth/login", account(), Map.of());
    }

    public void createFunction(String name, String image, Map<String, ?> more)
            throws IOException, InterruptedException {
        var body = new HashMap<String, Object>(more);
        body.put("name", name);
        body.put("image", image);
        post("/v1/functions", body, Map.of()).orThrow();
    }

    /** @param key empty for none */
    public Response submit(String function, String argument, String key) throws IOException, InterruptedException {
        var headers = key.isEmpty() ? Map.<String, String>of() : Map.of("Idempotency-Key", key);
        return post("/v1/functions/" + function + "/activations", Map.of("argument", argument), headers);
    }

    boolean isReady() throws InterruptedException {
        try {
            return get("/readyz").isSuccess();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The record; waits some seconds for its end. */
    public JsonNode record(String id) throws IOException, InterruptedException {
        return get("/v1/activations/" + id + "?wait=5").orThrow().body();
    }

    public Response get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    public Response delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    /** Reads the body without storing it; its length in bytes. */
    public long countBytes(String path) throws IOException, InterruptedException {
        var response = http.send(request(path).build(), BodyHandlers.ofInputStream());
        try (var body = response.body()) {
            return body.transferTo(OutputStream.nullOutputStream());
        }
    }

    /**
     * Reads a stream of events to its end, or to a number of events.
     *
     * @param most number of events
     * @return the name of the last one
     */
    public String stream(String path, int most) throws IOException, InterruptedException {
        var response = http.send(request(path).build(), BodyHandlers.ofLines());
        try (var lines = response.body()) {
            return Event.in(lines).limit(most).map(Event::name).reduce("", (last, next) -> next);
        }
    }

    Response post(String path, Object body, Map<String, String> headers) throws IOException, InterruptedException {
        var request = request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Codec.write(body)));
        headers.forEach(request::header);
        return send(request);
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(api.resolve(path)).timeout(TIMEOUT);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private Response send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), BodyHandlers.ofByteArray());
        return new Response(response.statusCode(), Codec.readTree(response.body()));
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
