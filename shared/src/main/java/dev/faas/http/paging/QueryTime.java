package dev.faas.http.paging;

import dev.faas.wire.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads times of queries. */
public final class QueryTime {
    private QueryTime() {}

    /** Null for null, and for what is no time, which is added to the errors. */
    public static @Nullable Instant read(String name, @Nullable String text, List<Problem.FieldError> errors) {
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
}
