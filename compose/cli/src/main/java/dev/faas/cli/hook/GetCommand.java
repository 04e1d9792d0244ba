package dev.faas.cli.hook;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a hook. */
@Command(
        name = "get",
        aliases = "show",
        description = {
            "Print a hook, without its address and its secrets.",
            "Shows what differs from the defaults; -o yaml or json prints all of it."
        },
        footer = {
            "",
            "Examples:",
            "  faas hook get push",
            "  faas hook get push --json oldUrlUntil",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "HOOK", description = "The hook, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        HookPrinter.document(session, new Hooks(session.api()).get(name));
        return Exit.OK;
    }
}
