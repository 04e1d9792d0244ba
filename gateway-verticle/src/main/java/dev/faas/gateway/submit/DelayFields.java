package dev.faas.gateway.submit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.acceptance.Delay;
import dev.faas.http.JsonFields;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads when an activation is due: {@code delaySeconds} or {@code notBefore}, in JSON, or in the query beside another body. */
final class DelayFields {
    private static final String SECONDS = "delaySeconds";
    private static final String TIME = "notBefore";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern ANY = Pattern.compile("(?s).*+");

    private DelayFields() {}

    /** Records what is invalid. */
    static Optional<Delay> of(RoutingContext ctx, JsonFields fields) {
        for (var name : new String[] {SECONDS, TIME}) {
            // Ignored, it would let the activation begin at once.
            if (!ctx.queryParam(name).isEmpty()) {
                fields.addError(name, "must be in the JSON body, not in the query");
            }
        }
        return read(fields);
    }

    static Optional<Delay> ofQuery(RoutingContext ctx) {
        if (ctx.queryParam(SECONDS).isEmpty() && ctx.queryParam(TIME).isEmpty()) {
            return Optional.empty();
        }
        var json = JsonNodeFactory.instance.objectNode();
        for (var seconds : ctx.queryParam(SECONDS)) {
            if (NUMBER.matcher(seconds).matches()) {
                json.put(SECONDS, Integer.parseInt(seconds));
            } else {
                json.put(SECONDS, seconds);
            }
        }
        ctx.queryParam(TIME).forEach(time -> json.put(TIME, time));
        var fields = JsonFields.of(json);
        var delay = read(fields);
        fields.requireValid();
        return delay;
    }

    private static Optional<Delay> read(JsonFields fields) {
        var seconds = fields.optionalInteger(SECONDS, 0, (int) Delay.LONGEST.toSeconds());
        var time = fields.optionalText(TIME, ANY, "be a time").flatMap(text -> parse(fields, text));
        if (fields.has(SECONDS) && fields.has(TIME)) {
            fields.addError(TIME, "must not be given together with " + SECONDS + ": leave one of them out");
        }
        return time.isPresent()
                ? time
                : seconds.stream()
                        .filter(given -> given > 0)
                        .<Delay>mapToObj(given -> new Delay.Of(Duration.ofSeconds(given)))
                        .findFirst();
    }

    private static Optional<Delay> parse(JsonFields fields, String text) {
        try {
            return Optional.of(new Delay.Until(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeException e) {
            fields.addError(TIME, "must be a time in RFC 3339, such as 2026-11-24T10:00:00Z");
            return Optional.empty();
        }
    }
}
