package dev.faas.dispatcher.delivery;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Makes one attempt of a delivery. */
@FunctionalInterface
interface Sender {
    /**
     * Never fails.
     *
     * @param record null: there is none any more, or it is not the end of an activation
     */
    Future<Attempted> send(Claimed delivery, @Nullable EndedRecord record);
}
