package dev.faas.cli.source;

import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.FieldType;
import dev.faas.cli.definition.Fields;
import java.util.List;
import java.util.Set;

/** The fields of a source and their flags. This table is the only place that relates the two. */
final class SourceFields {
    static final String FUNCTION = "function";
    static final String SUBJECT = "subject";
    private static final String PAUSED = "paused";

    static final Fields TABLE = new Fields(
            "source",
            List.of(
                    Field.of(Field.NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
                    Field.of(
                            FUNCTION,
                            "--function",
                            FieldType.TEXT,
                            null,
                            "FUNCTION",
                            "The function that it calls; bill@3 is always its third revision."),
                    Field.of(
                            SUBJECT,
                            "--subject",
                            FieldType.TEXT,
                            null,
                            "SUBJECT",
                            "Which messages: orders.new, orders.* with any one name, or 'orders.>' with any that follow. It cannot be changed."),
                    Field.of(
                            "body.as",
                            "--body",
                            FieldType.TEXT,
                            "whole",
                            "FORM",
                            "What becomes the argument:\nwhole: the message.\npointer: what --pointer selects in its JSON.\ncloudevent: a CloudEvent; what is none is wrapped into one.\n"),
                    Field.of(
                            "body.pointer",
                            "--pointer",
                            FieldType.TEXT,
                            null,
                            "POINTER",
                            "A JSON Pointer, such as /order."),
                    Field.of(
                            "body.default",
                            "--default",
                            FieldType.TEXT,
                            null,
                            "TEXT",
                            "The argument where --pointer selects nothing. Without it such a message is dropped."),
                    Field.of(
                            "maxInFlight",
                            "--max-in-flight",
                            FieldType.WHOLE,
                            64,
                            "NUMBER",
                            "Messages that are submitted at once."),
                    Field.of(PAUSED, "--paused", FieldType.FLAG, false, "", "Begin paused.")),
            List.of(Field.NAME, FUNCTION, SUBJECT),
            List.of("id", "owner", "functionId", "state", "lag", "lastError", "createdAt", "updatedAt"),
            Set.of(PAUSED));

    private SourceFields() {}
}
