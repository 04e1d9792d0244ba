package dev.faas.dispatcher.event;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, other than the end of an activation. It is stored with its data, since no record has them later.
 *
 * @param about null: destinations get it whatever functions and tags they select
 * @param source id of the destination that it is about, which does not get it; null: it is about none
 */
public record StoredEvent(
        String owner,
        String type,
        @Nullable About about,
        @Nullable String source,
        JsonObject data) {
    public record About(String functionId, Map<String, String> tags) {
        public About {
            tags = Map.copyOf(tags);
        }
    }
}
