package dev.faas.cli.source;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.TitledLines;
import dev.faas.cli.output.Column;
import java.util.List;

/** How sources look. */
final class SourcePrinter {
    static final List<Column> COLUMNS = List.of(
            Column.whole("NAME", Field.NAME),
            Column.text("SUBJECT", SourceFields.SUBJECT),
            Column.text("FUNCTION", SourceFields.FUNCTION),
            Column.text("STATE", "state"),
            Column.number("LAG", source -> source.text("lag")));

    private SourcePrinter() {}

    /** After a change: a note for people, the document for programs. */
    static void written(Session session, Doc source, String verb) {
        if (session.output().isForPrograms()) {
            document(session, source);
        } else {
            session.output()
                    .note("%s %s. It is %s."
                            .formatted(
                                    verb,
                                    source.text(Field.NAME),
                                    source.text("state").replace('_', ' ')));
        }
    }

    static void document(Session session, Doc source) {
        session.output().document(source, doc -> doc.text(Field.NAME), () -> lines(source));
    }

    private static List<String> lines(Doc source) {
        return new TitledLines()
                .definition(SourceFields.TABLE, source)
                .add("state", source.text("state"))
                .add("id", source.text("id"))
                .field("lag", source, "lag")
                .field("last error", source, "lastError")
                .all();
    }
}
