package dev.faas.cli.hook;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists requests that called nothing. */
@Command(
        name = "requests",
        description = {
            "List the last 100 requests of a hook that were refused or ignored.",
            "A few may be missing. Those that were accepted are activations."
        },
        footer = {
            "",
            "Examples:",
            "  faas hook requests push",
            "  faas hook requests push --json reason,at",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class RequestsCommand extends Verb {
    @Parameters(paramLabel = "HOOK", description = "The hook, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        session.output()
                .list(
                        new Hooks(session.api()).requests(name),
                        HookPrinter.REQUESTS,
                        doc -> doc.text("reason"),
                        "No request was refused or ignored.");
        return Exit.OK;
    }
}
