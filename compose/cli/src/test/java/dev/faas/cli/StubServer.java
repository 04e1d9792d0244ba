package dev.faas.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Plays a platform that answers what a test wants, to see what the client does with it. Whole-system tests use a real one. */
public final class StubServer implements AutoCloseable {
    /** What the client sent. */
    public record Received(String method, String path, Map<String, List<String>> headers, String body) {
        public @Nullable String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Answers a request. */
    public interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final Map<String, Deque<Handler>> handlers = new ConcurrentHashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    public StubServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** Of a list. */
    public static String page(String... items) {
        return "{\"items\":[%s],\"next\":null}".formatted(String.join(",", items));
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Received> received() {
        return received;
    }

    /** Answers one request of this method and path (without its query); the last one of several answers all that follow. */
    public StubServer on(String method, String path, Handler handler) {
        handlers.computeIfAbsent(method + " " + path, key -> new ConcurrentLinkedDeque<>())
                .add(handler);
        return this;
    }

    public StubServer on(String method, String path, int status, String json) {
        return on(method, path, exchange -> answer(exchange, status, json));
    }

    /** Closes the connection instead of an answer. */
    public StubServer breaksOn(String method, String path) {
        return on(method, path, HttpExchange::close);
    }

    public static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .putIfAbsent("Content-Type", List.of(status < 400 ? "application/json" : "application/problem+json"));
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        received.add(new Received(
                exchange.getRequestMethod(),
                uri.toString(),
                Map.copyOf(exchange.getRequestHeaders()),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        var waiting = handlers.getOrDefault(exchange.getRequestMethod() + " " + uri.getPath(), new ArrayDeque<>());
        var handler = waiting.size() > 1 ? waiting.poll() : waiting.peek();
        if (handler == null) {
            answer(exchange, 404, "{\"code\":\"not_found\",\"detail\":\"The stub has no answer for this path.\"}");
        } else {
            handler.handle(exchange);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
