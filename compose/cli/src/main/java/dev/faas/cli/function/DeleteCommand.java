package dev.faas.cli.function;

import dev.faas.cli.Confirmation;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes functions. */
@Command(
        name = "delete",
        aliases = "rm",
        description = {
            "Delete functions with all their revisions.",
            "Their activations are cancelled; the records stay."
        },
        footer = {
            "",
            "Examples:",
            "  faas fn delete hello --yes",
            "  faas fn list --label team=web -o name | xargs faas fn delete --yes",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 130 not confirmed."
        })
final class DeleteCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The functions.")
    private List<String> names = List.of();

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Required in a pipe.")
    private boolean yes;

    @Override
    protected int run(Session session) throws IOException {
        var functions = new Functions(session.api());
        var all = new LinkedHashSet<>(names);
        all.forEach(functions::get); // a name that is wrong stops all before the first is deleted
        Confirmation.require(
                session, "Delete %s, and cancel what is queued or running?".formatted(String.join(", ", all)), yes);
        for (var name : all) {
            functions.delete(name);
            session.output().note("Deleted %s.".formatted(name));
        }
        return Exit.OK;
    }
}
