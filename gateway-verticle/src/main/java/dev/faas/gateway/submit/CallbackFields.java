package dev.faas.gateway.submit;

import dev.faas.activation.Activation;
import dev.faas.http.JsonFields;
import dev.faas.outgoing.OutgoingUrl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where the end of an activation goes: {@code callback}, with a URL, or a destination by name or id. */
final class CallbackFields {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final Pattern DESTINATION = Pattern.compile("[a-z][a-z0-9_-]{0,62}");
    private static final Map<String, Activation.Callback.Outcome> OUTCOMES = Map.of(
            Activation.Callback.Outcome.SUCCESS.text(), Activation.Callback.Outcome.SUCCESS,
            Activation.Callback.Outcome.FAILURE.text(), Activation.Callback.Outcome.FAILURE);

    private CallbackFields() {}

    /** Records what is invalid. Null: the submission has none. */
    static Activation.@Nullable Callback of(JsonFields submission) {
        return submission.object("callback").flatMap(CallbackFields::read).orElse(null);
    }

    private static Optional<Activation.Callback> read(JsonFields fields) {
        var url = fields.optionalText("url", ANY, "be a URL");
        var destination = fields.optionalText("destination", DESTINATION, "be the name or id of a destination");
        var on = fields.choices("on", OUTCOMES, List.of(Activation.Callback.Outcome.values()));
        url.ifPresent(text -> check(fields, text));
        if (on.isEmpty()) {
            fields.addError("on", "must name success, failure or both");
        }
        if (fields.has("url") == fields.has("destination")) {
            fields.addError("url", "or destination must be given, and not both");
            return Optional.empty();
        }
        return url.isEmpty() && destination.isEmpty()
                ? Optional.empty()
                : Optional.of(new Activation.Callback(url.orElse(null), destination.orElse(null), on));
    }

    private static void check(JsonFields fields, String url) {
        try {
            OutgoingUrl.parse(url);
        } catch (IllegalArgumentException e) {
            fields.addError("url", "must " + e.getMessage());
        }
    }
}
