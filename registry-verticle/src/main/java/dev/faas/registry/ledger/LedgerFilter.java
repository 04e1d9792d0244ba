package dev.faas.registry.ledger;

import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.http.paging.KeyValueFilter;
import dev.faas.registry.paging.QueryTime;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Selects the activations of a list. Null, or an empty set or map, selects all.
 *
 * @param function by id or by name; a name also finds activations of an earlier, deleted function of that name
 * @param statuses one of them must match; the same holds for the reasons
 * @param since inclusive time of the submission; {@code until} is exclusive
 * @param trigger id of a schedule or hook
 * @param batch id of a batch
 */
public record LedgerFilter(
        @Nullable FunctionRef function,
        Set<Status> statuses,
        Set<Reason> reasons,
        @Nullable Instant since,
        @Nullable Instant until,
        Map<String, String> tags,
        @Nullable String trigger,
        @Nullable String batch) {
    /** @param errors receives every invalid parameter; the filter ignores it */
    static LedgerFilter of(MultiMap query, List<Problem.FieldError> errors) {
        return new LedgerFilter(
                function(query.get("function"), errors),
                statuses(query.getAll("status"), errors),
                reasons(query.getAll("reason"), errors),
                QueryTime.read("since", query.get("since"), errors),
                QueryTime.read("until", query.get("until"), errors),
                KeyValueFilter.read("tag", query.getAll("tag"), errors),
                trigger(query.get("trigger"), errors),
                batch(query.get("batch"), errors));
    }

    /** Of activations that ended without success and will not run again. */
    static LedgerFilter ofDeadLetters(MultiMap query, List<Problem.FieldError> errors) {
        return new LedgerFilter(
                function(query.get("function"), errors),
                EnumSet.of(Status.FAILED, Status.TIMED_OUT, Status.EXPIRED),
                reasons(query.getAll("reason"), errors),
                QueryTime.read("since", query.get("since"), errors),
                null,
                Map.of(),
                null,
                null);
    }

    /** Whether few rows among very many may match. */
    boolean isSelective() {
        return function != null
                || !statuses.isEmpty()
                || !reasons.isEmpty()
                || !tags.isEmpty()
                || trigger != null
                || batch != null;
    }

    /** Identifies the list: equal for equal filters only. */
    List<String> scope(String owner) {
        var scope = new ArrayList<>(List.of(
                "activations",
                owner,
                function == null ? "" : function.target(),
                statuses.stream().map(Status::text).collect(Collectors.joining(",")),
                String.valueOf(since),
                String.valueOf(until),
                tags.toString()));
        if (!reasons.isEmpty()) { // cursors of earlier versions stay valid
            scope.add(reasons.toString());
        }
        if (trigger != null) {
            scope.add(trigger);
        }
        if (batch != null) {
            scope.add(batch);
        }
        return scope;
    }

    private static @Nullable FunctionRef function(@Nullable String text, List<Problem.FieldError> errors) {
        if (text == null) {
            return null;
        }
        var ref = FunctionRef.parse(text).filter(parsed -> parsed.revision().isEmpty());
        if (ref.isEmpty()) {
            errors.add(new Problem.FieldError("function", "must be a function's name or id, without a revision"));
        }
        return ref.orElse(null);
    }

    private static @Nullable String trigger(@Nullable String text, List<Problem.FieldError> errors) {
        if (text != null && !Ids.isSchedule(text) && !Ids.isHook(text)) {
            errors.add(new Problem.FieldError("trigger", "must be the id of a schedule or hook, such as sch_…"));
            return null;
        }
        return text;
    }

    private static @Nullable String batch(@Nullable String text, List<Problem.FieldError> errors) {
        if (text != null && !Ids.isBatch(text)) {
            errors.add(new Problem.FieldError("batch", "must be the id of a batch, such as bat_…"));
            return null;
        }
        return text;
    }

    private static Set<Status> statuses(List<String> texts, List<Problem.FieldError> errors) {
        return choices(
                "status",
                texts,
                Status::of,
                "must be queued, running, succeeded, failed, timed_out, cancelled or expired",
                errors);
    }

    private static Set<Reason> reasons(List<String> texts, List<Problem.FieldError> errors) {
        var names = Arrays.stream(Reason.values()).map(Reason::text).collect(Collectors.joining(", "));
        return choices("reason", texts, Reason::of, "must be one of " + names, errors);
    }

    private static <E extends Enum<E>> Set<E> choices(
            String name,
            List<String> texts,
            Function<String, Optional<E>> parser,
            String rule,
            List<Problem.FieldError> errors) {
        var chosen = new TreeSet<E>();
        for (var text : texts) {
            var choice = parser.apply(text);
            if (choice.isEmpty()) {
                errors.add(new Problem.FieldError(name, rule));
                return Set.of();
            }
            chosen.add(choice.get());
        }
        return chosen;
    }
}
