package dev.faas.bench.budget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * Messages that a NATS server has exchanged with clients, from its monitoring pages.
 *
 * @param byService of the open connections, by the name of the service
 * @param server of all connections, also closed ones
 */
record BusCounts(Map<String, Messages> byService, Messages server) {
    /** Seen from the server: published to it, and delivered by it. */
    record Messages(long published, long delivered) {
        private static final Messages NONE = new Messages(0, 0);

        private static Messages of(JsonNode json) {
            return new Messages(
                    json.path("in_msgs").asLong(), json.path("out_msgs").asLong());
        }

        private Messages plus(Messages other) {
            return new Messages(published + other.published, delivered + other.delivered);
        }
    }

    static BusCounts read(String monitoring) throws IOException {
        var byService = new HashMap<String, Messages>();
        for (var connection : get(monitoring, "/connz?limit=1000").path("connections")) {
            byService.merge(connection.path("name").asText(), Messages.of(connection), Messages::plus);
        }
        return new BusCounts(byService, Messages.of(get(monitoring, "/varz")));
    }

    Messages of(String service) {
        return byService.getOrDefault(service, Messages.NONE);
    }

    private static JsonNode get(String monitoring, String page) throws IOException {
        try (var in = URI.create(monitoring + page).toURL().openStream()) {
            return Codec.readTree(in.readAllBytes());
        }
    }
}
