package dev.faas.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * Parses one server-sent event as the gateway writes it: each field on one line.
 *
 * @param id null if there is none
 * @param event null for a comment
 */
record ServerSentEvent(@Nullable String id, @Nullable String event, String data) {
    /** @param text without the empty line that ends it */
    static ServerSentEvent of(String text) {
        String id = null;
        String event = null;
        var data = "";
        for (var line : text.split("\n", -1)) {
            if (line.startsWith("id: ")) {
                id = line.substring("id: ".length());
            } else if (line.startsWith("event: ")) {
                event = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data = line.substring("data: ".length());
            }
        }
        return new ServerSentEvent(id, event, data);
    }

    boolean is(String name) {
        return name.equals(event);
    }
}
