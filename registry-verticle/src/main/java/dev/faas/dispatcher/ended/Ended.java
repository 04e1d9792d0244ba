package dev.faas.dispatcher.ended;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An activation that has ended, as the projector noted it.
 *
 * @param triggerId of the schedule that submitted it; null: a user did
 */
public record Ended(
        String activationId,
        String owner,
        Function function,
        String status,
        JsonObject tags,
        @Nullable String triggerId) {
    public record Function(String id, String name) {}
}
