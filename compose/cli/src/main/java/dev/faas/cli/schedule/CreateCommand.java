package dev.faas.cli.schedule;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Creates a schedule. */
@Command(
        name = "create",
        modelTransformer = ScheduleFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Create a schedule, which calls a function at its times.",
            "--function and either --cron or --at are required; every other field has a default."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule create nightly --function report --cron '30 2 * * *'",
            "  faas schedule create sync --function pull --cron @daily --zone Europe/Berlin",
            "  faas schedule create launch --function announce --at 2027-01-01T00:00:00Z",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 no such function, 5 unavailable or too many schedules, 6 the name is taken."
        })
final class CreateCommand extends WriteVerb {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    CreateCommand() {
        super(ScheduleFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        SchedulePrinter.written(session, create(session, new Schedules(session.api()), name), "Created");
        return Exit.OK;
    }
}
