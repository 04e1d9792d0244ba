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

/** One user of the API over keep-alive connections. */
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
        client.ask(HttpMethod.POST, "/v1/auth/register", credentials);
        var login = client.ask(HttpMethod.POST, "/v1/auth/login", credentials);
        client.authorization = "Bearer " + login.path("access_token").asText();
        return client;
    }

    /** As the platform has it. */
    public JsonNode function(Map<String, ?> function) throws Exception {
        return ask(HttpMethod.POST, "/v1/functions", function);
    }

    /** What its requests have in the header of this name. */
    public String authorization() {
        return authorization;
    }

    public Future<Buffer> post(String path, Object body) {
        return send(HttpMethod.POST, path, "application/json", Buffer.buffer(Codec.write(body)));
    }

    public Future<Buffer> get(String path) {
        return send(HttpMethod.GET, path, "application/json", Buffer.buffer());
    }

    /** The activation once it has ended. Blocks, for as long as that takes. */
    public JsonNode end(String activation) throws Exception {
        while (true) {
            var record = tree(await(get("/v1/activations/" + activation + "?wait=60")));
            if (!record.path("finishedAt").isNull()) {
                return record;
            }
        }
    }

    /** Completes with the body; fails when the answer is none of 2xx. */
    public Future<Buffer> submit(String function, String query, String argument) {
        return send(
                HttpMethod.POST,
                "/v1/functions/" + function + "/activations" + query,
                "text/plain",
                Buffer.buffer(argument));
    }

    /** Blocks until the answer is there. */
    public JsonNode ask(HttpMethod method, String path, @Nullable Object body) throws Exception {
        var json = body == null ? Buffer.buffer() : Buffer.buffer(Codec.write(body));
        return tree(await(send(method, path, "application/json", json)));
    }

    public static JsonNode tree(Buffer body) {
        return Codec.readTree(body.getBytes());
    }

    public static <T> T await(Future<T> answer) throws Exception {
        return answer.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** On an event loop, whoever asks: an answer that begins before its listener is there would be missed. */
    private Future<Buffer> send(HttpMethod method, String path, String type, Buffer body) {
        var answer = Promise.<Buffer>promise();
        vertx.runOnContext(now -> exchange(method, path, type, body).onComplete(answer));
        return answer.future();
    }

    private Future<Buffer> exchange(HttpMethod method, String path, String type, Buffer body) {
        var options = new RequestOptions()
                .setMethod(method)
                .setHost(api.getHost())
                .setPort(api.getPort())
                .setURI(path)
                .putHeader("Authorization", authorization)
                .putHeader("Content-Type", type)
                .setTimeout(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
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
