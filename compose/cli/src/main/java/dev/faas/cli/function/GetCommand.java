package dev.faas.cli.function;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a function. */
@Command(
        name = "get",
        aliases = "show",
        description = {"Print a function.", "Shows what differs from the defaults; -o yaml or json prints all of it."},
        footer = {
            "",
            "Examples:",
            "  faas fn get hello",
            "  faas fn get hello@1 -o yaml",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "NAME[@REVISION]", description = "The function.")
    private String ref = "";

    @Override
    protected int run(Session session) {
        FunctionPrinter.document(session, new Functions(session.api()).get(ref));
        return Exit.OK;
    }
}
