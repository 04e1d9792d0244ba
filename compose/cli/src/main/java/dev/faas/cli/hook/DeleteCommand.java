package dev.faas.cli.hook;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes hooks. */
@Command(
        name = "delete",
        aliases = "rm",
        description = "Delete hooks: nobody can send to their addresses any more.",
        footer = {
            "",
            "Examples:",
            "  faas hook delete push",
            "  faas hook list -o name | xargs faas hook delete",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are deleted."
        })
final class DeleteCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "HOOK", description = "The hooks, by name or id.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var hooks = new Hooks(session.api());
        return EachOf.change(session, names, name -> {
            hooks.delete(name);
            session.output().note("Deleted %s.".formatted(name));
        });
    }
}
