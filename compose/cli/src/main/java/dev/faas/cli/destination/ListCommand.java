package dev.faas.cli.destination;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Field;
import picocli.CommandLine.Command;

/** Lists destinations. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your destinations by name.",
        footer = {
            "",
            "Examples:",
            "  faas destination list",
            "  faas destination list -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    @Override
    protected int run(Session session) {
        return session.list(
                Destinations.ALL,
                DestinationPrinter.COLUMNS,
                Field.NAME,
                "No destinations. Create one: faas destination create NAME --url URL --events EVENT");
    }
}
