package dev.faas.dispatcher.ended;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An activation that has ended, as the projector noted it.
 *
 * @param triggerId of the schedule that submitted it; null: a user did
 */
public record Ended(
        String activationId, String owner, Function function, String status, JsonObject tags, @Nullable String triggerId) {
    public record Function(String id, String name) {}

    /** Does what follows from ends, in the transaction that removes them from the outbox. */
    @FunctionalInterface
    public interface Handler {
        Future<Void> handle(SqlConnection tx, List<Ended> ends);
    }
}
