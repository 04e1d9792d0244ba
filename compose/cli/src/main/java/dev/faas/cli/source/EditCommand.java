package dev.faas.cli.source;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.EditVerb;
import dev.faas.cli.definition.Field;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a source in an editor. */
@Command(
        name = "edit",
        description = "Change a source in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas source edit orders",
            "  EDITOR='sed -i s/build/test/' faas source edit orders",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends EditVerb {
    @Parameters(paramLabel = "SOURCE", description = "The source, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        return edit(session, new Sources(session.api()), name, "faas source");
    }

    @Override
    protected String head(Doc current) {
        return "Source %s. Save and close to change it.".formatted(current.text(Field.NAME));
    }

    @Override
    protected void written(Session session, Doc stored) {
        SourcePrinter.written(session, stored, "Updated");
    }
}
