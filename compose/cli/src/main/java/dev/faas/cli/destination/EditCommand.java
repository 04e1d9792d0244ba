package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.EditVerb;
import dev.faas.cli.definition.Field;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a destination in an editor. */
@Command(
        name = "edit",
        description = "Change a destination in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas destination edit erp",
            "  EDITOR='sed -i s/erp.example/crm.example/' faas destination edit erp",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends EditVerb {
    @Parameters(paramLabel = "DESTINATION", description = "The destination, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        return edit(session, new Destinations(session.api()), name, "faas destination");
    }

    @Override
    protected String head(Doc current) {
        return "Destination %s. Save and close to change it.".formatted(current.text(Field.NAME));
    }

    @Override
    protected void written(Session session, Doc stored) {
        DestinationPrinter.written(session, stored, "Updated");
    }
}
