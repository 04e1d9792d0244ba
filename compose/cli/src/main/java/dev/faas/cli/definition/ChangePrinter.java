package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Output;
import java.util.List;

/** How differences of definitions look. */
public final class ChangePrinter {
    private static final int RED = 31;
    private static final int GREEN = 32;
    private static final int BOLD = 1;

    public static final List<Column> COLUMNS = List.of(
            Column.text("FIELD", "field"),
            Column.text("FROM", doc -> Doc.compact(doc.get("from"))),
            Column.text("TO", doc -> Doc.compact(doc.get("to"))));

    private ChangePrinter() {}

    /** A head and a line for each field that was removed or added. */
    public static void differences(Output output, String from, String to, List<Change> changes) {
        output.line("--- " + from, BOLD);
        output.line("+++ " + to, BOLD);
        for (var change : changes) {
            if (change.from() != null) {
                output.line("-" + text(change.path(), change.from()), RED);
            }
            if (change.to() != null) {
                output.line("+" + text(change.path(), change.to()), GREEN);
            }
        }
    }

    private static String text(String path, Object value) {
        return path + ": " + Doc.compact(value);
    }

    /** As documents for programs.
     *
     * @param kind of the thing
     */
    public static List<Doc> documents(String kind, String name, List<Change> changes) {
        return changes.stream()
                .map(change -> Doc.empty()
                        .with(kind, name)
                        .with("field", change.path())
                        .with("from", change.from())
                        .with("to", change.to()))
                .toList();
    }
}
