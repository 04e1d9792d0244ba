package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Change;
import dev.faas.cli.definition.Field;
import dev.faas.cli.output.Column;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the revisions of a function. */
@Command(
        name = "revisions",
        description = {"List the revisions of a function.", "The newest is the first; each shows what it changed."},
        footer = {
            "",
            "Examples:",
            "  faas fn revisions hello",
            "  faas fn revisions hello --json revision,image",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class RevisionsCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name = "";

    @Override
    protected int run(Session session) {
        var revisions = new Functions(session.api()).revisions(name);
        var changed = changed(revisions);
        session.output()
                .list(
                        revisions,
                        List.of(
                                Column.number("REVISION", doc -> doc.text("revision")),
                                Column.text("IMAGE", FunctionFields.IMAGE),
                                Column.time("MADE", "updatedAt"),
                                Column.text("CHANGED", doc -> changed.getOrDefault(doc.number("revision"), ""))),
                        doc -> doc.text(Field.NAME) + "@" + doc.text("revision"),
                        "No revisions.");
        return Exit.OK;
    }

    private static Map<Long, String> changed(List<Doc> newestFirst) {
        var changed = new HashMap<Long, String>();
        for (int i = 0; i + 1 < newestFirst.size(); i++) {
            changed.put(
                    newestFirst.get(i).number("revision"),
                    FunctionFields.TABLE.changes(newestFirst.get(i + 1), newestFirst.get(i)).stream()
                            .map(Change::path)
                            .collect(Collectors.joining(", ")));
        }
        return changed;
    }
}
