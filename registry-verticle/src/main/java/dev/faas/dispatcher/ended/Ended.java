package dev.faas.dispatcher.ended;

import dev.faas.destination.EndTarget;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An activation that has ended, as the projector noted it.
 *
 * @param targets where it goes besides the destinations that select it
 * @param triggerId of the schedule that submitted it; null: a user did
 */
public record Ended(
        String activationId,
        String owner,
        Function function,
        String status,
        JsonObject tags,
        List<EndTarget> targets,
        @Nullable String triggerId) {
    public record Function(String id, String name) {}
}
