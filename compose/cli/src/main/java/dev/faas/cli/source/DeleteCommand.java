package dev.faas.cli.source;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes sources. */
@Command(
        name = "delete",
        aliases = "rm",
        description = "Delete sources. Messages that wait for one alone are lost.",
        footer = {
            "",
            "Examples:",
            "  faas source delete orders",
            "  faas source list -o name | xargs faas source delete",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are deleted."
        })
final class DeleteCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "The sources, by name or id.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var sources = new Sources(session.api());
        return EachOf.change(session, names, name -> {
            sources.delete(name);
            session.output().note("Deleted %s.".formatted(name));
        });
    }
}
