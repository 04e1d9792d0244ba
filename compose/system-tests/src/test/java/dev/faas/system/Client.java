package dev.faas.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.contract.ContractChecker;
import dev.faas.system.contract.Event;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests whose headers the test controls, and returns the raw responses. Checks every response against
 * openapi.yaml, and every request that succeeds.
 */
public record Client(URI api, String accessToken, String refreshToken) {
    private static final Duration LIMIT = Duration.ofSeconds(70);
    private static final Duration MINUTE = Duration.ofSeconds(60);
    public static final String PASSWORD = "correct horse battery staple";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ContractChecker SCRUTINY = new ContractChecker();

    /** A raw response. */
    public record Reply(int status, Map<String, String> headers, Buffer body) {
        static Reply of(HttpResponse<byte[]> response) {
            var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
            return new Reply(response.statusCode(), headers, Buffer.buffer(response.body()));
        }

        public String text() {
            return body.toString(StandardCharsets.UTF_8);
        }

        /** The body without its content coding. */
        public byte[] plain() {
            if (!header("content-encoding").equals("gzip")) {
                return body.getBytes();
            }
            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(body.getBytes()))) {
                return gzip.readAllBytes();
            } catch (IOException broken) {
                throw new AssertionError("what is said to be gzip is none", broken);
            }
        }

        public JsonNode json() {
            return Codec.readTree(body.getBytes());
        }

        /** The whole response without the headers that differ each time. */
        public String withoutItsOwn() {
            var shared = new TreeMap<>(headers);
            shared.remove("date");
            var id = shared.remove("x-request-id");
            return status + "\n" + shared + "\n" + text().replace(id, "{request}");
        }

        /** Empty when there is none. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        public String code() {
            return json().path("code").asText();
        }

        /** A 503 that names what is away, and when to try again. */
        public void expectUnavailable(String dependency) {
            expect(503);
            assertThat(code()).as(text()).isEqualTo("unavailable");
            assertThat(json().path("dependency").asText()).as(text()).isEqualTo(dependency);
            assertThat(header("Retry-After")).isNotEmpty();
        }

        public Reply expect(int status) {
            assertThat(this.status).as(text()).isEqualTo(status);
            return this;
        }
    }

    public static Client anonymous(URI api) {
        return new Client(api, "", "");
    }

    /** A new account, logged in. */
    public static Client register(URI api) throws IOException, InterruptedException {
        return register(api, "client-" + UUID.randomUUID().toString().substring(0, 12));
    }

    public static Client register(URI api, String username) throws IOException, InterruptedException {
        anonymous(api).post("/v1/auth/register", account(username)).expect(201);
        return login(api, username);
    }

    /** Tries again while the platform says 503. */
    public static Client login(URI api, String username) throws IOException, InterruptedException {
        var anonymous = anonymous(api);
        var reply = new AtomicReference<Reply>();
        Await.until("an answer to the login of " + username, () -> {
            reply.set(anonymous.post("/v1/auth/login", account(username)));
            return reply.get().status() != 503;
        });
        return anonymous.holding(reply.get().expect(200).json());
    }

    private static Map<String, String> account(String username) {
        return Map.of("username", username, "password", PASSWORD);
    }

    public Client holding(JsonNode tokens) {
        return new Client(
                api,
                tokens.path("access_token").asText(),
                tokens.path("refresh_token").asText());
    }

    public Client holding(String otherAccessToken) {
        return new Client(api, otherAccessToken, refreshToken);
    }

    public Client at(URI other) {
        return new Client(other, accessToken, refreshToken);
    }

    public Reply refresh() throws IOException, InterruptedException {
        return post("/v1/auth/refresh", Map.of("refresh_token", refreshToken));
    }

    public Reply get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, null, headers);
    }

    public Reply post(String path, Object body, String... headers) throws IOException, InterruptedException {
        return send("POST", path, body, headers);
    }

    public Reply patch(String path, Object body) throws IOException, InterruptedException {
        return send("PATCH", path, body);
    }

    public Reply delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, null);
    }

    /** {@code body}: null for none, a string as it is, other objects as JSON; headers as name, value, name, value. */
    public Reply send(String method, String path, @Nullable Object body, String... headers)
            throws IOException, InterruptedException {
        var named = new LinkedHashMap<String, String>();
        if (!accessToken.isEmpty()) {
            named.put("Authorization", "Bearer " + accessToken);
        }
        if (body != null) {
            named.put(
                    "Content-Type",
                    body instanceof String
                            ? "text/plain; charset=utf-8"
                            : method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            named.put(headers[i], headers[i + 1]);
        }
        var bytes = body instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : Codec.write(Optional.ofNullable(body).orElse(""));
        var builder = HttpRequest.newBuilder(api.resolve(path))
                .timeout(LIMIT)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(bytes));
        named.forEach(builder::header);
        var request = builder.build();
        var response = HTTP.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() < 400 && !method.equals("OPTIONS")) {
            SCRUTINY.request(request, body == null ? null : bytes);
        }
        var reply = Reply.of(response);
        var stream = reply.header("content-type").startsWith("text/event-stream");
        SCRUTINY.answer(request, reply.status(), response.headers(), stream ? null : reply.plain());
        if (stream) {
            SCRUTINY.events(request, reply.text().lines()).forEach(event -> {});
        }
        return reply;
    }

    /** Creates a function; its id. */
    public String function(String name, String image) throws IOException, InterruptedException {
        return function(name, image, Map.of());
    }

    /** @param more fields of the function */
    public String function(String name, String image, Map<String, Object> more)
            throws IOException, InterruptedException {
        var body = new HashMap<>(more);
        body.put("name", name);
        body.put("image", image);
        return post("/v1/functions", body).expect(201).json().path("id").asText();
    }

    /** The items of all pages of a list, whose address has a query. */
    public List<JsonNode> all(String list) throws IOException, InterruptedException {
        var found = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = get(list + cursor).expect(200).json();
            page.path("items").forEach(found::add);
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asText();
        } while (!cursor.isEmpty());
        return found;
    }

    public String submit(String function, String argument) throws IOException, InterruptedException {
        return post("/v1/functions/" + function + "/activations", Map.of("argument", argument))
                .expect(202)
                .json()
                .path("activationId")
                .asText();
    }

    /** Waits until it has ended; its id. */
    public String run(String function, String argument) throws IOException, InterruptedException {
        var id = submit(function, argument);
        ended(id);
        return id;
    }

    public JsonNode record(String id) throws IOException, InterruptedException {
        return get("/v1/activations/" + id).expect(200).json();
    }

    /** The record after its end, within two minutes: the command of a killed spawner is delivered again after 30 s. */
    public JsonNode ended(String id) throws IOException, InterruptedException {
        var wait = "/v1/activations/" + id + "?wait=60";
        var record = get(wait).expect(200).json();
        if (record.path("finishedAt").isNull()) {
            record = get(wait).expect(200).json();
        }
        assertThat(record.path("finishedAt").isNull()).as(record.toString()).isFalse();
        return record;
    }

    /** Waits until the activation has this status, within a minute. */
    public void awaitStatus(String id, String status) {
        Await.until(
                id + " is " + status,
                MINUTE,
                () -> record(id).path("status").asText().equals(status));
    }

    public byte[] result(String id) throws IOException, InterruptedException {
        return get("/v1/activations/" + id + "/result").expect(200).body().getBytes();
    }

    public String logs(String id) throws IOException, InterruptedException {
        return get("/v1/activations/" + id + "/logs").expect(200).text();
    }

    /** All events until the stream ends. */
    public List<Event> events(String id, String... headers) throws IOException, InterruptedException {
        return Event.in(get("/v1/activations/" + id + "/events", headers)
                        .expect(200)
                        .text()
                        .lines())
                .toList();
    }

    /** Waits up to a minute until the ledger has its end. Just after an outage, the ledger may still answer 503. */
    public void awaitListed(String activation, String status) {
        Await.until(activation + " is listed", MINUTE, () -> {
            var list = get("/v1/activations?limit=100&status=" + status);
            return list.status() == 200 && list.text().contains(activation);
        });
    }

    /** Waits until the list has this activation; the ledger is a moment behind. */
    public void awaitListed(String activation) {
        Await.until(
                activation + " is listed",
                () -> get("/v1/activations?limit=100").expect(200).text().contains(activation));
    }

    @Override
    public String toString() {
        return "Client[" + api + "]";
    }
}
