package dev.faas.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faas.cli.output.Streams;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Uses what most commands use, so that the cache for quick starts contains it. Runs once, when that cache is made. */
final class Training {
    private static final byte[] ANSWER = """
            {"items": [{"activationId": "1", "id": "1", "name": "a", "status": "succeeded", "function": {"name": "a"},
             "submittedAt": "2026-01-01T00:00:00Z", "createdAt": "2026-01-01T00:00:00Z", "waitMs": 1}], "next": null}
            """.getBytes(StandardCharsets.UTF_8);
    private static final byte[] ACCEPTED = """
            {"activationId": "1", "status": "queued"}""".getBytes(StandardCharsets.UTF_8);
    private static final byte[] EVENTS = """
            id: 1
            event: state
            data: {"activationId": "1", "status": "running", "attempt": 1}

            id: 2
            event: log
            data: {"stream": "stderr", "text": "b"}

            id: 3
            event: output
            data: {"stream": "stdout", "text": "a"}

            id: 4
            event: state
            data: {"activationId": "1", "status": "succeeded", "attempt": 1, "exitCode": 0, "resultBytes": 1, "logBytes": 1}

            event: end
            data: {}

            """.getBytes(StandardCharsets.UTF_8);
    private static final List<String[]> LINES = List.of(
            new String[] {"help"},
            new String[] {"fn", "list"},
            new String[] {"act", "list"},
            new String[] {"run", "busybox", "echo", "a"},
            new String[] {"invoke", "a", "b", "--async"},
            new String[] {"run", "--help"},
            new String[] {"invoke", "--help"},
            new String[] {"__complete", "--", "act", ""});

    private Training() {}

    static void run() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", Training::answer);
            server.start();
            try {
                var url = "http://127.0.0.1:" + server.getAddress().getPort();
                var env = Map.of("FAAS_URL", url, "FAAS_TOKEN", "token", "HOME", "/nonexistent");
                var nobody = new Streams(OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
                for (boolean isTerminal : new boolean[] {true, false}) {
                    var terminal = new Terminal(isTerminal, isTerminal, isTerminal, 80, true, env);
                    LINES.forEach(line -> Main.run(terminal, nobody, line));
                }
            } finally {
                server.stop(0);
            }
        } catch (IOException e) {
            // The cache then contains less.
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            boolean isSubmit = exchange.getRequestMethod().equals("POST");
            boolean isStream = exchange.getRequestURI().getPath().endsWith("/events");
            var body = isSubmit ? ACCEPTED : isStream ? EVENTS : ANSWER;
            exchange.getResponseHeaders().set("Content-Type", isStream ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(isSubmit ? 202 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
