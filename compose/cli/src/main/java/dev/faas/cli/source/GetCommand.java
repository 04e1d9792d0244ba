package dev.faas.cli.source;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a source. */
@Command(
        name = "get",
        aliases = "show",
        description = {
            "Print a source, its state, and how many messages wait for it.",
            "Shows what differs from the defaults; -o yaml or json prints all of it."
        },
        footer = {
            "",
            "Examples:",
            "  faas source get orders",
            "  faas source get orders --json lag,lastError",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "SOURCE", description = "The source, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        SourcePrinter.document(session, new Sources(session.api()).get(name));
        return Exit.OK;
    }
}
