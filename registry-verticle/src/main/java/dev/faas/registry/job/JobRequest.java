package dev.faas.registry.job;

import dev.faas.http.JsonFields;
import dev.faas.job.JobAction;
import dev.faas.job.JobFilter;
import dev.faas.wire.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a job.
 *
 * @param dryRun only how many things its filter selects is asked
 */
record JobRequest(JobAction action, JobFilter filter, boolean dryRun) {
    private static final String FILTER = "filter";
    private static final String ACTION = "action";
    private static final String ALL = "all";
    private static final int MOST_TEXTS = 32;
    private static final int LONGEST_TEXT = 400;

    /** @param fixed null: the body has it */
    static JobRequest of(JsonFields fields, @Nullable JobAction fixed) {
        var action = fixed == null ? fields.choice(ACTION, JobAction.BY_TEXT, JobAction.CANCEL) : fixed;
        if (fixed == null && !fields.has(ACTION)) {
            fields.addError(ACTION, "is required");
        }
        var filter = new JobFilter(
                fields.object(FILTER).map(given -> readFilter(given, action)).orElseGet(JsonObject::new));
        checkFilter(filter, action).forEach(error -> fields.addError(error.field(), error.message()));
        boolean dryRun = fields.flag("dryRun", false);
        fields.requireValid();
        return new JobRequest(action, filter, dryRun);
    }

    private static JsonObject readFilter(JsonFields fields, JobAction action) {
        var filter = new JsonObject();
        var singles = switch (action) {
            case CANCEL, REPLAY -> List.of("function", "since", "until", "trigger", "batch");
            case REDELIVER -> List.of("destination", "activation", "state", "since");
            case REDRIVE, DISMISS -> List.of("function", "since");
        };
        var repeated = switch (action) {
            case CANCEL, REPLAY -> List.of("status", "reason", "tag");
            case REDELIVER -> List.<String>of();
            case REDRIVE, DISMISS -> List.of("reason");
        };
        singles.forEach(name -> fields.optionalText(name, LONGEST_TEXT).ifPresent(text -> filter.put(name, text)));
        repeated.forEach(name -> {
            var texts = fields.texts(name, MOST_TEXTS, LONGEST_TEXT);
            if (!texts.isEmpty()) {
                filter.put(name, new JsonArray(texts));
            }
        });
        if (fields.flag(ALL, false)) {
            filter.put(ALL, true);
        }
        return filter;
    }

    private static List<Problem.FieldError> checkFilter(JobFilter filter, JobAction action) {
        var given = filter.toJson();
        if (given.isEmpty()) {
            return List.of(new Problem.FieldError(FILTER, "must select something; {\"all\": true} selects all"));
        }
        if (given.size() > 1 && given.containsKey(ALL)) {
            return List.of(new Problem.FieldError(FILTER, "must have all or the other fields, not both"));
        }
        var errors = new ArrayList<Problem.FieldError>();
        if (action == JobAction.REDELIVER) {
            filter.deliveries(errors);
        } else {
            filter.activations(action, errors);
        }
        return errors.stream()
                .map(error -> new Problem.FieldError(FILTER + "." + error.field(), error.message()))
                .toList();
    }
}
