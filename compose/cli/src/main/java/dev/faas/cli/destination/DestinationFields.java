package dev.faas.cli.destination;

import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.FieldType;
import dev.faas.cli.definition.Fields;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a destination and their flags. This table is the only place that relates the two. */
final class DestinationFields {
    static final String URL = "url";
    static final String FUNCTION = "function";
    static final String SUBJECT = "subject";
    static final String FORMAT = "format";
    static final String KIND = "kind";
    static final String EVENTS = "events";
    static final String ENABLED = "enabled";
    static final String HEADERS = "headers";
    static final String SECRET = "secret";
    static final String HEADER_NAMES = "headerNames";

    static final Fields TABLE = new Fields(
            "destination",
            List.of(
                    Field.of(Field.NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
                    Field.of(KIND, "", FieldType.TEXT, "webhook", "KIND", "What it is: webhook, function or subject."),
                    Field.of(
                            URL,
                            "--url",
                            FieldType.TEXT,
                            null,
                            "URL",
                            "Where events go: https://…; other addresses only where the operator allows them."),
                    Field.of(
                            FUNCTION,
                            "--function",
                            FieldType.TEXT,
                            null,
                            "FUNCTION",
                            "Instead of --url: call this function with each event, by name or id, or a revision of it: resize@3."),
                    Field.of(
                            SUBJECT,
                            "--subject",
                            FieldType.TEXT,
                            null,
                            "SUBJECT",
                            "Instead of --url: publish each event on this subject of yours, as a CloudEvent."),
                    Field.of(
                            "argument",
                            "--argument",
                            FieldType.TEXT,
                            "result",
                            "WHAT",
                            "What a call has as argument: result (of the activation that ended) or event."),
                    Field.of(
                            "allowLoop",
                            "--allow-loop",
                            FieldType.FLAG,
                            false,
                            "",
                            "Whether calls may come around; each chain ends after 16."),
                    Field.of(
                            EVENTS,
                            "--events",
                            FieldType.CHOICES,
                            null,
                            "EVENT,…",
                            "Which: activation.succeeded, activation.failed, activation.timed_out, activation.cancelled, activation.expired, batch.ended, schedule.paused, schedule.missed, source.failing, destination.disabled."),
                    Field.of(
                            "functions",
                            "--functions",
                            FieldType.CHOICES,
                            List.of(),
                            "FUNCTION,…",
                            "Only those of these functions."),
                    Field.of(
                            "tags",
                            "--tag",
                            FieldType.MAP,
                            Map.of(),
                            "KEY=VALUE",
                            "Only those of activations with this tag. May be repeated: all must match."),
                    Field.of(FORMAT, "", FieldType.TEXT, "standard", "FORMAT", "Of the body."),
                    Field.of("sign", "", FieldType.TEXT, "v1", "SCHEME", "How requests are signed."),
                    Field.of(
                            "timeoutSeconds",
                            "--timeout",
                            FieldType.SECONDS,
                            15,
                            "TIME",
                            "How long a request may take."),
                    Field.of("maxInFlight", "--max-in-flight", FieldType.WHOLE, 10, "NUMBER", "Requests at once."),
                    Field.of(
                            ENABLED,
                            "--enabled",
                            FieldType.FLAG,
                            true,
                            "",
                            "Whether events are sent; those of the meantime wait."),
                    Field.of(
                            HEADERS,
                            "--header",
                            FieldType.MAP,
                            Map.of(),
                            "NAME=VALUE",
                            "A header of each request, such as a token. May be repeated. Headers that are given replace those that it has; nothing shows their values."),
                    Field.of(SECRET, "", FieldType.TEXT, null, "SECRET", "What signs requests; one is made.")),
            List.of(Field.NAME, EVENTS),
            List.of(
                    "id",
                    "owner",
                    "functionId",
                    HEADER_NAMES,
                    "disabledReason",
                    "failures",
                    "circuitOpenUntil",
                    "createdAt",
                    "updatedAt"),
            Set.of(ENABLED, HEADERS, SECRET));

    private DestinationFields() {}
}
