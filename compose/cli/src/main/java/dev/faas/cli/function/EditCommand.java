package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.EditVerb;
import dev.faas.cli.definition.Field;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a function in an editor. */
@Command(
        name = "edit",
        description = "Change a function in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas fn edit hello",
            "  EDITOR='sed -i \"s/memoryMb: 128/memoryMb: 256/\"' faas fn edit hello",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends EditVerb {
    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        return edit(session, new Functions(session.api()), name, "faas fn");
    }

    @Override
    protected String head(Doc current) {
        return "Function %s, revision %d. Save and close to make a new revision."
                .formatted(current.text(Field.NAME), current.number("revision"));
    }

    @Override
    protected void written(Session session, Doc stored) {
        FunctionPrinter.written(session, stored, "Updated");
    }
}
