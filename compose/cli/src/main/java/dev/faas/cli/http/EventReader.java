package dev.faas.cli.http;

import dev.faas.cli.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads a stream of events to its end, if it has one, and goes on after the last one when the connection breaks. */
public final class EventReader {
    /** Three heartbeats. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final String TYPE = "text/event-stream";
    private static final int MAX_ID = 18;

    private final Api api;
    private final String path;
    private final OutageWindow outage;
    private volatile String lastId;

    /**
     * @param after id of the last event that was read; empty: from the beginning
     * @param trouble is told why there is no connection at the moment; an empty text: there is one
     */
    public EventReader(Api api, String activationId, String after, Consumer<String> trouble) {
        this(
                api,
                ActivationPath.of(activationId, "events"),
                after,
                last -> "It may still run: faas attach " + activationId + (last.isEmpty() ? "" : " --after " + last),
                trouble);
    }

    /**
     * @param path of the stream
     * @param advice what to do when there is no connection for too long, with the id of the last event
     */
    public EventReader(Api api, String path, String after, UnaryOperator<String> advice, Consumer<String> trouble) {
        if (!after.chars().allMatch(c -> c >= '0' && c <= '9') || after.length() > MAX_ID) {
            throw Failure.usage("--after: '%s' is not the number of an event".formatted(after));
        }
        this.api = api;
        this.path = path;
        this.lastId = after;
        this.outage = api.outageWindow(() -> advice.apply(lastId), trouble);
    }

    /** Id of the last event that {@code handler} has taken. */
    public String lastId() {
        return lastId;
    }

    /** Returns after the event {@code end}, or at once when the stream had ended before. */
    public void read(Consumer<Event> handler) throws InterruptedException {
        while (!readOnce(handler)) {}
    }

    /** @return whether the stream is at its end */
    private boolean readOnce(Consumer<Event> handler) throws InterruptedException {
        Response response;
        try {
            response = open();
        } catch (Failure e) {
            outage.lost(e);
            return false;
        } catch (IOException e) {
            outage.lost(e);
            return false;
        }
        try (response) {
            outage.answered();
            if (response.status() == 200 && !isStream(response)) {
                throw response.notOurs("no stream of events");
            }
            if (response.status() == 204 || readAll(response, handler)) {
                return true;
            }
            outage.lost(new IOException("the stream ended early"));
        } catch (IOException e) {
            outage.lost(e);
        }
        return false;
    }

    private static boolean isStream(Response response) {
        return response.header("Content-Type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith(TYPE))
                .isPresent();
    }

    private Response open() throws IOException {
        var request = Request.get(path).header("Accept", TYPE).readLimit(SILENCE);
        return api.open(lastId.isEmpty() ? request : request.header("Last-Event-ID", lastId));
    }

    /** @return whether the event {@code end} came */
    private boolean readAll(Response response, Consumer<Event> handler) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        var event = new PartialEvent();
        for (String line; (line = lines.readLine()) != null; ) {
            var complete = event.add(line);
            if (complete != null || line.startsWith(":")) {
                // Less than an event may be all that ever comes.
                outage.established();
            }
            if (complete == null) {
                continue;
            }
            handler.accept(complete);
            if (!complete.id().isEmpty()) {
                lastId = complete.id();
            }
            if (complete.type().equals("end")) {
                return true;
            }
        }
        return false;
    }

    /** Collects the lines of one event. An event that breaks off before its empty line is dropped, as the standard says. */
    private final class PartialEvent {
        private String id = "";
        private String type = "message";
        private final StringBuilder data = new StringBuilder();

        /** @return the event, when the line ends one */
        @Nullable
        Event add(String line) {
            if (line.isEmpty()) {
                if (data.isEmpty() && !id.isEmpty()) {
                    lastId = id;
                }
                var complete = data.isEmpty() ? null : new Event(id, type, data.substring(0, data.length() - 1));
                id = "";
                type = "message";
                data.setLength(0);
                return complete;
            }
            int colon = line.indexOf(':');
            if (colon == 0) {
                return null;
            }
            var name = colon < 0 ? line : line.substring(0, colon);
            var value = colon < 0 ? "" : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
            switch (name) {
                case "id" -> id = value;
                case "event" -> type = value;
                case "data" -> data.append(value).append('\n');
                default -> {}
            }
            return null;
        }
    }
}
