package dev.faas.bench.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls the API as one user, over keep-alive connections. */
public final class Client implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final long LIMIT_SECONDS = 90;

    private final Vertx vertx;
    private final HttpClient http;
    private final URI api;
    private String authorization = "";

    private Client(Vertx vertx, URI api) {
        this.vertx = vertx;
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setDecompressionSupported(false),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
        this.api = api;
    }

    static Client register(Vertx vertx, URI api) throws Exception {
        var client = new Client(vertx, api);
        var name = "bench-" + UUID.randomUUID().toString().substring(0, 8);
        var credentials = Map.of("username", name, "password", UUID.randomUUID().toString());
        client.request(HttpMethod.POST, "/v1/auth/register", credentials);
        var login = client.request(HttpMethod.POST, "/v1/auth/login", credentials);
        client.authorization = "Bearer " + login.path("access_token").asText();
        return client;
    }

    /** Creates a function; its representation. Blocks. */
    public JsonNode createFunction(Map<String, ?> function) throws Exception {
        return request(HttpMethod.POST, "/v1/functions", function);
    }

    /** The value of the Authorization header. */
    public String authorization() {
        return authorization;
    }

    public Future<Buffer> post(String path, Object body) {
        return post(path, body, Map.of());
    }

    public Future<Buffer> post(String path, Object body, Map<String, String> headers) {
        return send(HttpMethod.POST, path, "application/json", Buffer.buffer(Codec.write(body)), headers);
    }

    public Future<Buffer> post(String path, String type, Buffer body) {
        return send(HttpMethod.POST, path, type, body);
    }

    public Future<Buffer> get(String path) {
        return send(HttpMethod.GET, path, "application/json", Buffer.buffer());
    }

    /** The activation after its end. Blocks without a limit. */
    public JsonNode awaitEnd(String activation) throws Exception {
        while (true) {
            var record = readTree(await(get("/v1/activations/" + activation + "?wait=60")));
            if (!record.path("finishedAt").isNull()) {
                return record;
            }
        }
    }

    /** Completes with the body; fails if the status is not 2xx. */
    public Future<Buffer> submit(String function, String query, String argument) {
        return send(
                HttpMethod.POST,
                "/v1/functions/" + function + "/activations" + query,
                "text/plain",
                Buffer.buffer(argument));
    }

    /** Runs a function that prints its argument: completes with the record, or fails if the result is another. */
    public Future<JsonNode> echo(String function, String argument) {
        return submit(function, "?wait=60", argument).map(answer -> {
            var record = readTree(answer);
            if (!record.path("result").asText().equals(argument + "\n")) {
                throw new IllegalStateException("an activation returned another result: " + answer);
            }
            return record;
        });
    }

    /** Sends a request and blocks until its response. */
    public JsonNode request(HttpMethod method, String path, @Nullable Object body) throws Exception {
        var json = body == null ? Buffer.buffer() : Buffer.buffer(Codec.write(body));
        return readTree(await(send(method, path, "application/json", json)));
    }

    public static JsonNode readTree(Buffer body) {
        return Codec.readTree(body.getBytes());
    }

    public static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private Future<Buffer> send(HttpMethod method, String path, String type, Buffer body) {
        return send(method, path, type, body, Map.of());
    }

    /** Always on an event loop: a response that begins before its handler is set would be lost. */
    private Future<Buffer> send(HttpMethod method, String path, String type, Buffer body, Map<String, String> headers) {
        var promise = Promise.<Buffer>promise();
        vertx.runOnContext(now -> exchange(method, path, type, body, headers).onComplete(promise));
        return promise.future();
    }

    private Future<Buffer> exchange(
            HttpMethod method, String path, String type, Buffer body, Map<String, String> headers) {
        var options = new RequestOptions()
                .setMethod(method)
                .setHost(api.getHost())
                .setPort(api.getPort())
                .setURI(path)
                .putHeader("Authorization", authorization)
                .putHeader("Content-Type", type)
                .setTimeout(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        headers.forEach(options::putHeader);
        return http.request(options)
                .compose(request -> request.send(body))
                .compose(response -> response.body()
                        .compose(answer -> response.statusCode() / 100 == 2
                                ? Future.succeededFuture(answer)
                                : Future.failedFuture(new IOException(
                                        path + " was answered " + response.statusCode() + ": " + answer))));
    }

    @Override
    public void close() {
        http.close();
    }
}
