package dev.faas.gateway.feed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Status;
import dev.faas.http.paging.KeyValueFilter;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Selects events of a feed. Null, or an empty set or map, selects all. Events that are not of an activation have no status and no
 * tags, and a function, batch or schedule only if they are about one.
 */
record FeedFilter(
        Set<String> types,
        @Nullable String function,
        Set<String> statuses,
        Map<String, String> tags,
        @Nullable String batch,
        @Nullable String trigger) {
    static FeedFilter of(MultiMap query) {
        var errors = new ArrayList<Problem.FieldError>();
        var function = query.get("function");
        if (function != null
                && FunctionRef.parse(function)
                        .filter(ref -> ref.revision().isEmpty())
                        .isEmpty()) {
            errors.add(new Problem.FieldError("function", "must be a function's name or id, without a revision"));
        }
        var statuses = Set.copyOf(query.getAll("status"));
        if (!statuses.stream().allMatch(status -> Status.of(status).isPresent())) {
            errors.add(new Problem.FieldError(
                    "status", "must be queued, running, succeeded, failed, timed_out, cancelled or expired"));
        }
        var batch = query.get("batch");
        if (batch != null && !Ids.isBatch(batch)) {
            errors.add(new Problem.FieldError("batch", "must be the id of a batch, such as bat_…"));
        }
        var trigger = query.get("trigger");
        if (trigger != null && !Ids.isSchedule(trigger) && !Ids.isHook(trigger)) {
            errors.add(new Problem.FieldError("trigger", "must be the id of a schedule or hook, such as sch_…"));
        }
        var types = query.getAll("types").stream()
                .flatMap(text -> List.of(text.split(",", -1)).stream())
                .collect(Collectors.toUnmodifiableSet());
        if (!types.stream().allMatch(type -> type.matches("[a-z_]{1,32}\\.[a-z_]{1,32}"))) {
            errors.add(new Problem.FieldError("types", "must be types of events, such as activation.failed"));
        }
        var tags = KeyValueFilter.read("tag", query.getAll("tag"), errors);
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        return new FeedFilter(types, function, statuses, tags, batch, trigger);
    }

    boolean matches(JsonNode event) {
        var data = event.path("data");
        return (types.isEmpty() || types.contains(event.path("type").asText()))
                && (statuses.isEmpty() || statuses.contains(data.path("status").asText()))
                && (function == null || isAboutFunction(data))
                && (batch == null
                        || data.at("/batch/id").asText().equals(batch)
                        || data.path("batchId").asText().equals(batch))
                && (trigger == null
                        || data.at("/trigger/id").asText().equals(trigger)
                        || data.path("scheduleId").asText().equals(trigger))
                && tags.entrySet().stream()
                        .allMatch(tag ->
                                data.path("tags").path(tag.getKey()).asText("").equals(tag.getValue()));
    }

    private boolean isAboutFunction(JsonNode data) {
        var about = data.path("function");
        return List.of(
                        about.asText(),
                        about.path("name").asText(),
                        about.path("id").asText())
                .contains(function);
    }
}
