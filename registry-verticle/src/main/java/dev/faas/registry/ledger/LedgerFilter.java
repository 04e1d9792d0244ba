package dev.faas.registry.ledger;

import dev.faas.activation.Status;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Problem;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Selects the activations of a list. Null, or no tag, selects all.
 *
 * @param function by id or by name; a name also finds activations of an earlier, deleted function of that name
 * @param since inclusive time of the submission; {@code until} is exclusive
 */
public record LedgerFilter(
        @Nullable FunctionRef function,
        @Nullable Status status,
        @Nullable Instant since,
        @Nullable Instant until,
        Map<String, String> tags) {
    private static final int MAX_TAGS = 16;
    private static final int MAX_TAG_KEY = 64;
    private static final int MAX_TAG_VALUE = 256;

    /** @param errors receives every invalid parameter; the filter ignores it */
    static LedgerFilter of(MultiMap query, List<Problem.FieldError> errors) {
        return new LedgerFilter(
                function(query.get("function"), errors),
                status(query.get("status"), errors),
                time("since", query.get("since"), errors),
                time("until", query.get("until"), errors),
                tags(query.getAll("tag"), errors));
    }

    /** Whether few rows among very many may match. */
    boolean isSelective() {
        return function != null || status != null || !tags.isEmpty();
    }

    /** Identifies the list: equal for equal filters only. */
    List<String> scope(String owner) {
        return List.of(
                "activations",
                owner,
                function == null ? "" : function.target(),
                status == null ? "" : status.text(),
                String.valueOf(since),
                String.valueOf(until),
                tags.toString());
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

    private static @Nullable Status status(@Nullable String text, List<Problem.FieldError> errors) {
        if (text == null) {
            return null;
        }
        var status = Status.of(text);
        if (status.isEmpty()) {
            errors.add(new Problem.FieldError(
                    "status", "must be queued, running, succeeded, failed, timed_out, cancelled or expired"));
        }
        return status.orElse(null);
    }

    private static @Nullable Instant time(String name, @Nullable String text, List<Problem.FieldError> errors) {
        if (text == null) {
            return null;
        }
        var time = parse(text);
        if (time.isEmpty()) {
            errors.add(new Problem.FieldError(name, "must be a time such as 2026-01-31T12:00:00Z"));
        }
        return time.orElse(null);
    }

    /** RFC 3339, in the range of the 48 bits of milliseconds in an id. */
    private static Optional<Instant> parse(String text) {
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            return time.isBefore(Instant.EPOCH) || time.isAfter(Instant.ofEpochMilli((1L << 48) - 1))
                    ? Optional.empty()
                    : Optional.of(time);
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }

    private static Map<String, String> tags(List<String> texts, List<Problem.FieldError> errors) {
        var tags = new TreeMap<String, String>();
        for (var text : texts) {
            int colon = text.indexOf(':');
            if (colon < 1
                    || text.codePointCount(0, colon) > MAX_TAG_KEY
                    || text.codePointCount(colon + 1, text.length()) > MAX_TAG_VALUE
                    || text.indexOf('\0') >= 0
                    || tags.size() == MAX_TAGS) {
                errors.add(new Problem.FieldError("tag", "must be key:value, at most " + MAX_TAGS + " of them"));
                return Map.of();
            }
            tags.put(text.substring(0, colon), text.substring(colon + 1));
        }
        return tags;
    }
}
