package dev.faas.system.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers webhooks with the next status of its list, then with 204. */
final class WebhookReceiver implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpServer server;
    private final List<Integer> statuses;
    private final List<String> ids = new CopyOnWriteArrayList<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();

    WebhookReceiver(Integer... statuses) throws IOException {
        this.statuses = new ArrayList<>(List.of(statuses));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::receive);
        server.start();
    }

    private void receive(HttpExchange request) throws IOException {
        events.add(Codec.readTree(request.getRequestBody().readAllBytes()));
        ids.add(request.getRequestHeaders().getFirst("webhook-id"));
        request.sendResponseHeaders(statuses.isEmpty() ? 204 : statuses.removeFirst(), -1);
        request.close();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Of all requests, in their order. */
    List<String> ids() {
        return ids;
    }

    /** The first event of a type. */
    JsonNode await(String type) {
        Await.until(type, LIMIT, () -> events.stream().anyMatch(event -> isOf(event, type)));
        return events.stream().filter(event -> isOf(event, type)).findFirst().orElseThrow();
    }

    private static boolean isOf(JsonNode event, String type) {
        return event.path("type").asText().equals(type);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
