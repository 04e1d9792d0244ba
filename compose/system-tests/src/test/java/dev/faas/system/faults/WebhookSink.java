package dev.faas.system.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Receives webhooks. Refuses one event in ten at first, and checks every signature by itself. */
final class WebhookSink implements AutoCloseable {
    private static final String PREFIX = "whsec_";

    private final HttpServer server;
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private volatile byte[] key = {};

    WebhookSink() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    void expectSecret(String secret) {
        key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var event = header(exchange, "webhook-id");
            var body = exchange.getRequestBody().readAllBytes();
            if (!isSigned(exchange, event, body)) {
                problems.add("an invalid signature of " + event);
            }
            if (event.hashCode() % 10 == 0 && refused.add(event)) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                received.add(event);
                exchange.sendResponseHeaders(204, -1);
            }
        }
    }

    private boolean isSigned(HttpExchange exchange, String event, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((event + "." + header(exchange, "webhook-timestamp") + ".").getBytes(StandardCharsets.UTF_8));
            var signature = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            return Arrays.asList(header(exchange, "webhook-signature").split(" "))
                    .contains(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    /** Ids of events. */
    Set<String> received() {
        return Set.copyOf(received);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
