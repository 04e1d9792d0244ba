package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.account.ShownOnce;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.TitledLines;
import dev.faas.cli.output.Column;
import java.util.List;

/** How destinations look. */
final class DestinationPrinter {
    static final List<Column> COLUMNS = List.of(
            Column.whole("NAME", Field.NAME),
            Column.text("TARGET", DestinationPrinter::target),
            Column.text("EVENTS", doc -> String.join(",", doc.texts(DestinationFields.EVENTS))),
            Column.text("STATE", DestinationPrinter::state),
            Column.text("FAILURES", "failures"));

    private DestinationPrinter() {}

    private static String target(Doc destination) {
        return destination
                .find(DestinationFields.URL)
                .or(() -> destination.find(DestinationFields.SUBJECT))
                .orElseGet(() -> destination.text(DestinationFields.FUNCTION));
    }

    private static String state(Doc destination) {
        if (!destination.isTrue(DestinationFields.ENABLED)) {
            return destination.find("disabledReason").map("disabled: "::concat).orElse("disabled");
        }
        return destination.find("circuitOpenUntil").isPresent() ? "waiting" : "enabled";
    }

    /** After a change: a note for people, the document for programs. */
    static void written(Session session, Doc destination, String verb) {
        if (session.output().isForPrograms()) {
            document(session, destination);
        } else {
            session.output().note("%s %s. It is %s.".formatted(verb, destination.text(Field.NAME), state(destination)));
        }
    }

    /** After a call that makes a secret. */
    static void withSecret(Session session, Doc destination, String verb) {
        var name = destination.text(Field.NAME);
        if (destination.find(DestinationFields.URL).isEmpty()) {
            written(session, destination, verb);
        } else if (destination.find(DestinationFields.SECRET).isPresent()) {
            ShownOnce.print(
                    session,
                    destination,
                    DestinationFields.SECRET,
                    "%s %s. This is the secret that signs its requests.".formatted(verb, name));
        } else {
            written(session, destination, verb);
            session.output()
                    .note("The response with its secret was lost. Make another one: faas destination rotate " + name);
        }
    }

    static void document(Session session, Doc destination) {
        session.output().document(destination, doc -> doc.text(Field.NAME), () -> lines(destination));
    }

    private static List<String> lines(Doc destination) {
        var lines = new TitledLines()
                .definition(DestinationFields.TABLE, destination)
                .add("state", state(destination))
                .add("id", destination.text("id"));
        var names = destination.texts(DestinationFields.HEADER_NAMES);
        if (!names.isEmpty()) {
            lines.add("headers", String.join(",", names));
        }
        return lines.add("failures", destination.text("failures"))
                .field("waits until", destination, "circuitOpenUntil")
                .all();
    }
}
