package dev.faas.cli.schedule;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import dev.faas.cli.http.ApiFailure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
        var file = begin(name);
        try {
            var schedules = new Schedules(session.api());
            var updated = schedules.update(schedules.get(name), current -> change(session, current, file, unset));
            if (updated.hasChanged()) {
                SchedulePrinter.written(session, updated.stored(), "Updated");
            } else {
                session.output().note("%s has these values already; nothing was changed.".formatted(name));
            }
        } catch (ApiFailure e) {
            throw ScheduleFields.TABLE.namingFlags(e, Map.of());
        }
        return Exit.OK;
    }
}
