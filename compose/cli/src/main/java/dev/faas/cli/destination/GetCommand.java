package dev.faas.cli.destination;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a destination. */
@Command(
        name = "get",
        aliases = "show",
        description = {
            "Print a destination, without its secret and the values of its headers.",
            "Shows what differs from the defaults; -o yaml or json prints all of it."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination get erp",
            "  faas destination get erp --json circuitOpenUntil",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "DESTINATION", description = "The destination, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        DestinationPrinter.document(session, new Destinations(session.api()).get(name));
        return Exit.OK;
    }
}
