package dev.faas.system.contract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Parses one server-sent event. */
public record Event(String id, String name, JsonNode data) {
    /** The events of a stream as they arrive, without comments. */
    public static Stream<Event> in(Stream<String> lines) {
        var current = new HashMap<String, String>();
        return lines.filter(line -> !line.startsWith(":")).mapMulti((line, events) -> {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                current.put(line.substring(0, colon), line.substring(colon + 2));
            } else if (!current.isEmpty()) {
                events.accept(of(current));
                current.clear();
            }
        });
    }

    private static Event of(Map<String, String> fields) {
        var data = fields.getOrDefault("data", "").getBytes(StandardCharsets.UTF_8);
        return new Event(fields.getOrDefault("id", ""), fields.getOrDefault("event", ""), Codec.readTree(data));
    }
}
