package dev.faas.registry.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.JsonFields;
import dev.faas.registry.function.TriggerFields;
import dev.faas.source.SourceSpec;
import dev.faas.wire.UserSubject;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads a source from a request body: checks each field and fills in the defaults. Reports all invalid fields at once. */
final class SourceBody {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final int MAX_IN_FLIGHT = 1_000;
    private static final int USUAL_IN_FLIGHT = 64;

    private static final String[] SERVER_FIELDS = {
        "id", "owner", "functionId", "state", "lag", "lastError", "createdAt", "updatedAt"
    };

    private SourceBody() {}

    /** @param before the source that is changed; empty: a new one */
    static Definition read(ObjectNode body, Optional<Source> before) {
        var fields = JsonFields.of(body);
        fields.ignore(SERVER_FIELDS);
        var name = TriggerFields.name(fields, before.map(source -> source.spec().name()));
        var function = TriggerFields.function(fields);
        var subject = subject(fields, before.map(source -> source.spec().subject()));
        var mapping = TriggerFields.mapping(fields);
        int maxInFlight = fields.integer("maxInFlight", USUAL_IN_FLIGHT, 1, MAX_IN_FLIGHT);
        boolean paused = fields.flag("paused", false);
        fields.requireValid();
        return new Definition(new SourceSpec(name, subject, mapping, maxInFlight), function.orElseThrow(), paused);
    }

    /** With another one, messages would be lost that wait for the source. */
    private static String subject(JsonFields fields, Optional<String> before) {
        var subject = fields.text("subject", ANY, UserSubject.PATTERN_RULE);
        if (fields.has("subject") && !UserSubject.isPattern(subject)) {
            fields.addError("subject", "must " + UserSubject.PATTERN_RULE);
        }
        before.filter(fixed -> fields.has("subject") && !fixed.equals(subject))
                .ifPresent(fixed -> fields.addError(
                        "subject", "cannot be changed: it stays '" + fixed + "'. Create another source"));
        return subject;
    }
}
