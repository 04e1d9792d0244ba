package dev.faas.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Snapshot;

/** The activation that a submit created, or that an earlier submit with the same key or id created. */
public sealed interface Accepted {
    record InStream(Snapshot newest) implements Accepted {}

    /**
     * It has ended, and its events were pruned from the event stream.
     *
     * @param record as clients see it
     */
    record InLedger(String id, JsonNode record) implements Accepted {}
}
