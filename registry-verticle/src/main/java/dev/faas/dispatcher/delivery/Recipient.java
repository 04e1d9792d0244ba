package dev.faas.dispatcher.delivery;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.ended.Ended;
import org.jspecify.annotations.Nullable;

/**
 * A destination that gets an end.
 *
 * @param url of a callback; null: that of the destination
 */
record Recipient(Ended end, String destination, @Nullable String url) {
    String eventType() {
        return DestinationSpec.eventType(end.status());
    }
}
