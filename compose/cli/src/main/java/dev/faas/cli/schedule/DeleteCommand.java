package dev.faas.cli.schedule;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes schedules. */
@Command(
        name = "delete",
        aliases = "rm",
        description = {
            "Delete schedules, and what waits to be submitted.",
            "Activations that they have submitted go on."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule delete nightly",
            "  faas schedule list --state completed -o name | xargs faas schedule delete",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are deleted."
        })
final class DeleteCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SCHEDULE", description = "The schedules, by name or id.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var schedules = new Schedules(session.api());
        return EachOf.change(session, names, name -> {
            schedules.delete(name);
            session.output().note("Deleted %s.".formatted(name));
        });
    }
}
