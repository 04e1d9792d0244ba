package dev.faas.cli.destination;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes destinations. */
@Command(
        name = "delete",
        aliases = "rm",
        description = {
            "Delete destinations, and drop what waits to be delivered.",
            "A request that is on its way may still arrive."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination delete erp",
            "  faas destination list -o name | xargs faas destination delete",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are deleted."
        })
final class DeleteCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "DESTINATION", description = "The destinations, by name or id.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var destinations = new Destinations(session.api());
        return EachOf.change(session, names, name -> {
            destinations.delete(name);
            session.output().note("Deleted %s.".formatted(name));
        });
    }
}
