package dev.faas.destination;

import dev.faas.http.paging.QueryTime;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Selects the deliveries of a list; null selects all. */
public record DeliveryFilter(
        @Nullable String destination,
        @Nullable String activation,
        @Nullable DeliveryState state,
        @Nullable Instant since) {
    /** @param errors receives every invalid parameter */
    public static DeliveryFilter of(MultiMap query, List<Problem.FieldError> errors) {
        var state = query.get("state");
        if (state != null && DeliveryState.of(state).isEmpty()) {
            errors.add(new Problem.FieldError("state", "must be pending, succeeded, failed or dropped"));
        }
        return new DeliveryFilter(
                id(query, "destination", Ids::isDestination, errors),
                id(query, "activation", Ids::isActivation, errors),
                state == null ? null : DeliveryState.of(state).orElse(null),
                QueryTime.read("since", query.get("since"), errors));
    }

    private static @Nullable String id(
            MultiMap query, String name, Predicate<String> isId, List<Problem.FieldError> errors) {
        var text = query.get(name);
        if (text != null && !isId.test(text)) {
            errors.add(new Problem.FieldError(
                    name, "must be the id of " + (name.equals("activation") ? "an " : "a ") + name));
        }
        return text;
    }
}
