package dev.faas.job;

import dev.faas.destination.DeliveryFilter;
import dev.faas.ledger.LedgerFilter;
import dev.faas.wire.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Selects what a job works on: the parameters of the list as JSON, a repeated one as a list, or {@code all}. */
public record JobFilter(JsonObject toJson) {
    /**
     * Of a cancel only those that have not ended.
     *
     * @param errors receives what is invalid
     */
    public LedgerFilter activations(JobAction action, List<Problem.FieldError> errors) {
        if (action.takesDeadLetters()) {
            return LedgerFilter.ofDeadLetters(query(), errors);
        }
        var filter = LedgerFilter.of(query(), errors);
        if (action != JobAction.CANCEL) {
            return filter;
        }
        return filter.ofAlive().orElseGet(() -> {
            errors.add(new Problem.FieldError("status", "must have queued or running: the others have ended"));
            return filter;
        });
    }

    /** One that was valid when the job was made. */
    public LedgerFilter activations(JobAction action) {
        return activations(action, new ArrayList<>());
    }

    /** @param errors receives what is invalid */
    public DeliveryFilter deliveries(List<Problem.FieldError> errors) {
        return DeliveryFilter.of(query(), errors);
    }

    private MultiMap query() {
        var query = MultiMap.caseInsensitiveMultiMap();
        toJson.forEach(entry -> {
            if (entry.getValue() instanceof JsonArray texts) {
                texts.forEach(text -> query.add(entry.getKey(), (String) text));
            } else {
                query.add(entry.getKey(), entry.getValue().toString());
            }
        });
        return query;
    }
}
