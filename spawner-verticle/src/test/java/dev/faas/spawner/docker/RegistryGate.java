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

/** Forwards reads to a registry: honestly, slowly, with a broken layer, or with errors, as the test chooses. */
public final class RegistryGate implements AutoCloseable {

    /** What to do with the registry's answers. */
    private sealed interface Behaviour {
        record Honest() implements Behaviour {}

        /** Holds back the second half of a layer until the latch is released. */
        record Slow(CountDownLatch released) implements Behaviour {}

        /** Changes one byte of each layer. */
        record Broken() implements Behaviour {}

        record Failing(int status) implements Behaviour {}
    }

    /** No layer is smaller, in bytes. */
    private static final int LAYER = 100_000;

    private static final List<String> PASSED_ON = List.of("Content-Type", "Docker-Content-Digest");

    private final URI registry;
    private final HttpServer server;
    private final TlsRefusingProxy door;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private volatile Behaviour behaviour = new Behaviour.Honest();

    public RegistryGate(TestRegistry behind) throws IOException {
        registry = behind.uri();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(executor);
        server.start();
        door = new TlsRefusingProxy(server.getAddress());
    }

    /** The reference of the same image through this gate. */
    public String reference(String behind) {
        return "127.0.0.1:" + door.port() + behind.substring(behind.indexOf('/'));
    }

    /** Count the latch down to release the layers. */
    public CountDownLatch slow() {
        var released = new CountDownLatch(1);
        behaviour = new Behaviour.Slow(released);
        return released;
    }

    public void broken() {
        behaviour = new Behaviour.Broken();
    }

    public void failing(int status) {
        behaviour = new Behaviour.Failing(status);
    }

    public void honest() {
        behaviour = new Behaviour.Honest();
    }

    /** How many layers were requested. */
    public long countLayers() {
        return requests.stream().filter(path -> path.startsWith("layer ")).count();
    }

    /** How many manifests were requested. */
    public long countManifests() {
        return requests.stream().filter(path -> path.contains("/manifests/")).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (behaviour instanceof Behaviour.Failing(var status)) {
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
        requests.add((layer ? "layer " : "other ") + exchange.getRequestURI());
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        var out = exchange.getResponseBody();
        switch (behaviour) {
            case Behaviour.Slow(var released)
            when layer -> {
                out.write(body, 0, body.length / 2);
                out.flush();
                if (released.await(60, TimeUnit.SECONDS)) {
                    out.write(body, body.length / 2, body.length - body.length / 2);
                }
            }
            case Behaviour.Broken()
            when layer -> {
                body[body.length / 2] ^= 1;
                out.write(body);
            }
            default -> out.write(body);
        }
    }

    @Override
    public void close() throws IOException {
        if (behaviour instanceof Behaviour.Slow(var released)) {
            released.countDown();
        }
        door.close();
        server.stop(0);
        executor.shutdownNow();
        client.close();
    }
}
