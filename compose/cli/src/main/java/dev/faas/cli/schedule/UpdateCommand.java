package dev.faas.cli.schedule;

import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes fields of a schedule. */
@Command(
        name = "update",
        modelTransformer = ScheduleFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Change fields of a schedule.",
            "New times count from now. Nothing is written when nothing changes."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule update nightly --cron '0 3 * * *'",
            "  faas schedule update nightly --unset jitter --tag team=web",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class UpdateCommand extends WriteVerb {
    @Parameters(paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Option(
            names = "--unset",
            paramLabel = "FIELD",
            description =
                    "Restore the default of a field, such as jitter, or remove one tag: tags.KEY. May be repeated.")
    private List<String> unset = List.of();

    UpdateCommand() {
        super(ScheduleFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        return update(
                session,
                new Schedules(session.api()),
                name,
                unset,
                stored -> SchedulePrinter.written(session, stored, "Updated"));
    }
}
