package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that this process attempts until the lease ends.
 *
 * @param attempt number of this one, from 1
 * @param lease when another dispatcher takes it up; tells one claim from the next
 * @param probe the circuit of the destination is open, and this attempt decides whether it closes
 */
record Claimed(String id, Event event, Destination destination, int attempt, Instant lease, boolean probe) {
    /**
     * @param activationId that has ended; null: it is another event
     * @param at when it was noted
     * @param data of one that no record has; else null
     */
    record Event(
            String id,
            String type,
            @Nullable String activationId,
            Instant at,
            @Nullable ObjectNode data) {
        /** As receivers get it. */
        ObjectNode toBody(@Nullable EndedRecord record) {
            return record == null
                    ? EndedRecord.event(
                            type, at, Objects.requireNonNullElseGet(data, JsonNodeFactory.instance::objectNode))
                    : record.toEvent(type);
        }
    }

    /**
     * @param spec with the URL of this delivery
     * @param implicit it is for callbacks with a URL, which the owner's own secret signs
     */
    record Destination(
            String id, String owner, DestinationSpec spec, boolean implicit, DestinationSecrets.Sealed secrets) {
        /** For what its secrets were encrypted. */
        String sealedFor() {
            return implicit ? owner : id;
        }
    }

    boolean isTest() {
        return event.type.equals(DestinationSpec.TEST);
    }
}
