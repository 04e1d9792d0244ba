package dev.faas.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads an open event stream like an EventSource. Blocks. */
final class Events implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param id empty when the frame has none */
    record Event(String id, String name, String data) {
        JsonNode json() {
            try {
                return JSON.readTree(data);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + data, e);
            }
        }

        String field(String name) {
            return json().path(name).asText();
        }
    }

    private final HttpClient client;
    private final BufferedReader reader;
    final HttpResponse<?> response;
    private int comments;

    private Events(HttpClient client, HttpResponse<java.io.InputStream> response) {
        this.client = client;
        this.response = response;
        this.reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    static Events open(HttpRequest.Builder request) throws IOException, InterruptedException {
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return new Events(client, client.send(request.build(), BodyHandlers.ofInputStream()));
    }

    static Events of(RunningGateway faas, String id, String lastEventId) throws IOException, InterruptedException {
        var request = faas.as(faas.alice, "/v1/activations/" + id + "/events");
        return open(lastEventId.isEmpty() ? request : request.header("Last-Event-ID", lastEventId));
    }

    static Events of(RunningGateway faas, String id) throws IOException, InterruptedException {
        return of(faas, id, "");
    }

    /** Empty at the end of the stream. */
    Optional<Event> next() throws IOException {
        var id = "";
        var name = "";
        var data = "";
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith(":")) {
                comments++;
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (!line.isEmpty()) {
                throw new AssertionError("not a line of an event stream: " + line);
            } else if (!name.isEmpty()) {
                return Optional.of(new Event(id, name, data));
            } else if (comments > 0 && Thread.interrupted()) {
                throw new AssertionError("interrupted");
            }
        }
        return Optional.empty();
    }

    Event require() throws IOException {
        return next().orElseThrow(() -> new AssertionError("the stream has ended"));
    }

    /** Reads until this many comments have come. */
    void awaitComments(int count) throws IOException {
        while (comments < count) {
            var line = reader.readLine();
            if (line == null) {
                throw new AssertionError("the stream has ended after " + comments + " comments");
            }
            if (line.startsWith(":")) {
                comments++;
            }
        }
    }

    List<Event> rest() throws IOException {
        var all = new ArrayList<Event>();
        for (var event = next(); event.isPresent(); event = next()) {
            all.add(event.get());
        }
        return all;
    }

    int status() {
        return response.statusCode();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
