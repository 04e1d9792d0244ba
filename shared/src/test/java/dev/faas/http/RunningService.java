package dev.faas.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An {@link HttpService} with one listener on loopback, and a client to talk to it. */
public final class RunningService implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Vertx vertx = Vertx.vertx();
    final Health health = new Health("test-service");
    final Metrics metrics = new Metrics("test-service");
    final HttpService service;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public RunningService(Consumer<Router> routes) {
        this(HttpConfig.loopback(), routes);
    }

    RunningService(HttpConfig config, Consumer<Router> routes) {
        service = await(HttpService.start(vertx, config, health, metrics, List.of(new Listener("api", 0, routes))));
    }

    public static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    public HttpRequest.Builder request(String path) {
        return request(service.port("api"), path);
    }

    HttpRequest.Builder internal(String path) {
        return request(service.internalPort(), path);
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10));
    }

    public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    Answer post(String path, String type, byte[] body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /** An open connection with these bytes sent. */
    Socket connect(String bytes) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), service.port("api"));
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** The answer of the server to these bytes, until it closes the connection. */
    String raw(String bytes) throws IOException {
        try (var socket = connect(bytes)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        await(service.close());
        metrics.close();
        await(vertx.close());
    }

    public record Answer(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String body() {
            return response.body();
        }

        public JsonNode json() throws IOException {
            return JSON.readTree(body());
        }

        public String code() throws IOException {
            return json().path("code").asText();
        }
    }
}
