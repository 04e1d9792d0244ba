package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.definition.EditVerb;
import dev.faas.cli.definition.Field;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a schedule in an editor. */
@Command(
        name = "edit",
        description = "Change a schedule in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas schedule edit nightly",
            "  EDITOR='sed -i s/Berlin/Vienna/' faas schedule edit nightly",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends EditVerb {
    @Parameters(paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        return edit(session, new Schedules(session.api()), name, "faas schedule");
    }

    @Override
    protected String head(Doc current) {
        return "Schedule %s. Save and close to change it.".formatted(current.text(Field.NAME));
    }

    @Override
    protected void written(Session session, Doc stored) {
        SchedulePrinter.written(session, stored, "Updated");
    }
}
