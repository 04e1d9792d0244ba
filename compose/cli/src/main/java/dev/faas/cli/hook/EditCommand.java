package dev.faas.cli.hook;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.EditVerb;
import dev.faas.cli.definition.Field;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a hook in an editor. */
@Command(
        name = "edit",
        description = "Change a hook in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas hook edit push",
            "  EDITOR='sed -i s/build/test/' faas hook edit push",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends EditVerb {
    @Parameters(paramLabel = "HOOK", description = "The hook, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        return edit(session, new Hooks(session.api()), name, "faas hook");
    }

    @Override
    protected String head(Doc current) {
        return "Hook %s. Save and close to change it.".formatted(current.text(Field.NAME));
    }

    @Override
    protected void written(Session session, Doc stored) {
        HookPrinter.written(session, stored, "Updated");
    }
}
