package dev.faas.cli.run;

import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes the events and records of one activation as the gateway does. */
final class EventStreamStub {
    static final String ID = "06b7gd98g07rk4q3v8x2m5n9ta";
    static final String EVENTS = "/v1/activations/" + ID + "/events";
    static final String END = "event: end\ndata: {}\n\n";

    private EventStreamStub() {}

    /** @param fields further members, with ' for " */
    static String record(String status, int attempt, String fields) {
        return "{'activationId':'%s','status':'%s','attempt':%d%s}"
                .formatted(ID, status, attempt, fields.isEmpty() ? "" : "," + fields)
                .replace('\'', '"');
    }

    static String succeeded(int resultBytes, int logBytes) {
        return record("succeeded", 1, "'exitCode':0,'resultBytes':%d,'logBytes':%d".formatted(resultBytes, logBytes));
    }

    static String state(int id, String record) {
        return "id: %d\nevent: state\ndata: %s\n\n".formatted(id, record);
    }

    static String out(int id, String text) {
        return piece(id, "output", "text", text);
    }

    static String err(int id, String text) {
        return piece(id, "log", "text", text);
    }

    static String piece(int id, String event, String member, String value) {
        return "id: %d\nevent: %s\ndata: {\"%s\":\"%s\"}\n\n".formatted(id, event, member, value.replace("\n", "\\n"));
    }

    static StubServer.Handler whole(String... events) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(String.join("", events).getBytes(StandardCharsets.UTF_8));
            exchange.close();
        };
    }

    /** Ends the connection without the end of the body. */
    static StubServer.Handler cut(String... events) {
        return exchange -> {
            var bytes = String.join("", events).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, bytes.length + 1_000L);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            try {
                exchange.close();
            } catch (RuntimeException expected) {
                throw new IOException(expected);
            }
        };
    }
}
