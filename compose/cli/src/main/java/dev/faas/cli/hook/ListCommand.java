package dev.faas.cli.hook;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Field;
import picocli.CommandLine.Command;

/** Lists hooks. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your hooks by name.",
        footer = {
            "",
            "Examples:",
            "  faas hook list",
            "  faas hook list -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    @Override
    protected int run(Session session) {
        return session.list(
                Hooks.ALL,
                HookPrinter.COLUMNS,
                Field.NAME,
                "No hooks. Create one: faas hook create NAME --function FUNCTION");
    }
}
