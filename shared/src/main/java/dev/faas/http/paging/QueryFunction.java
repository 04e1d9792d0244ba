package dev.faas.http.paging;

import dev.faas.wire.FunctionRef;
import dev.faas.wire.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the parameter {@code function} of queries. */
public final class QueryFunction {
    private QueryFunction() {}

    /** Null for null, and for what names no function, which is added to the errors. */
    public static @Nullable FunctionRef read(@Nullable String text, List<Problem.FieldError> errors) {
        if (text == null) {
            return null;
        }
        var ref = FunctionRef.parse(text).filter(parsed -> parsed.revision().isEmpty());
        if (ref.isEmpty()) {
            errors.add(new Problem.FieldError("function", "must be a function's name or id, without a revision"));
        }
        return ref.orElse(null);
    }
}
