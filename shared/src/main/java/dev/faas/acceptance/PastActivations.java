package dev.faas.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import java.util.Optional;

/** Finds activations of one owner in the ledger: there they stay when their events have been pruned from the event stream. */
@FunctionalInterface
public interface PastActivations {
    /** Completes with the record as clients see it. Fails when the ledger cannot be asked. */
    Future<Optional<JsonNode>> find(String id);
}
