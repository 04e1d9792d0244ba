package dev.faas.spawner.docker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Stands in front of a registry, which can be read through it: slow, broken or failing as a test says. */
public final class RegistryGate implements AutoCloseable {

    /** What to do with the answers from now on. */
    private sealed interface Mood {
        record Honest() implements Mood {}

        /** All but the beginning of a layer waits for the latch. */
        record Slow(CountDownLatch released) implements Mood {}

        /** A byte of each layer is another. */
        record Broken() implements Mood {}

        record Failing(int status) implements Mood {}
    }

    /** Less has no layer. */
    private static final int LAYER = 100_000;

    private static final List<String> PASSED_ON = List.of("Content-Type", "Docker-Content-Digest");

    private final URI registry;
    private final HttpServer server;
    private final PlainDoor door;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile Mood mood = new Mood.Honest();

    public RegistryGate(TestRegistry behind) throws IOException {
        registry = behind.uri();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(executor);
        server.start();
        door = new PlainDoor(server.getAddress());
    }

    /** The same image, through here. */
    public String reference(String behind) {
        return "127.0.0.1:" + door.port() + behind.substring(behind.indexOf('/'));
    }

    /** Counted down, layers that are under way go on. */
    public CountDownLatch slow() {
        var released = new CountDownLatch(1);
        mood = new Mood.Slow(released);
        return released;
    }

    public void broken() {
        mood = new Mood.Broken();
    }

    public void failing(int status) {
        mood = new Mood.Failing(status);
    }

    public void honest() {
        mood = new Mood.Honest();
    }

    /** How often a layer was asked for. */
    public long layers() {
        return asked.stream().filter(path -> path.startsWith("layer ")).count();
    }

    /** How often somebody asked what an image is made of. */
    public long manifests() {
        return asked.stream().filter(path -> path.contains("/manifests/")).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (mood instanceof Mood.Failing(var status)) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            var asking = HttpRequest.newBuilder(
                    registry.resolve(exchange.getRequestURI().toString()));
            exchange.getRequestHeaders().getOrDefault("Accept", List.of()).forEach(a -> asking.header("Accept", a));
            var answer = client.send(
                    asking.method(exchange.getRequestMethod(), BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofByteArray());
            for (var name : PASSED_ON) {
                answer.headers()
                        .firstValue(name)
                        .ifPresent(v -> exchange.getResponseHeaders().set(name, v));
            }
            send(
                    exchange,
                    answer.statusCode(),
                    answer.headers().firstValueAsLong("Content-Length").orElse(0),
                    answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, int status, long length, byte[] body)
            throws IOException, InterruptedException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        boolean layer = body.length >= LAYER;
        asked.add((layer ? "layer " : "other ") + exchange.getRequestURI());
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        var out = exchange.getResponseBody();
        switch (mood) {
            case Mood.Slow(var released)
            when layer -> {
                out.write(body, 0, body.length / 2);
                out.flush();
                if (released.await(60, TimeUnit.SECONDS)) {
                    out.write(body, body.length / 2, body.length - body.length / 2);
                }
            }
            case Mood.Broken()
            when layer -> {
                body[body.length / 2] ^= 1;
                out.write(body);
            }
            default -> out.write(body);
        }
    }

    @Override
    public void close() throws IOException {
        if (mood instanceof Mood.Slow(var released)) {
            released.countDown();
        }
        door.close();
        server.stop(0);
        executor.shutdownNow();
        client.close();
    }
}
