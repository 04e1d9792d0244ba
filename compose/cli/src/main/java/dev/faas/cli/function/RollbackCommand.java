package dev.faas.cli.function;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Restores an old revision. */
@Command(
        name = "rollback",
        description = {
            "Go back to an old revision.",
            "Makes a new revision that is equal to it, with the same image to the byte."
        },
        footer = {
            "",
            "Examples:",
            "  faas fn rollback hello 1",
            "  faas fn rollback hello @1",
            "",
            "Exit codes: 0 fine, 2 no such revision, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class RollbackCommand extends Verb {
    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "REVISION", description = "The revision to restore.")
    private String revision = "";

    @Override
    protected int run(Session session) {
        long number = DiffCommand.number(revision);
        try {
            FunctionPrinter.written(
                    session,
                    new Functions(session.api()).rollback(name, number),
                    "Rolled back to revision %d:".formatted(number));
        } catch (ApiFailure e) {
            throw e.status() == 400
                    ? e.explained(
                            "no revision %d of \"%s\"".formatted(number, name),
                            List.of("List them: faas fn revisions " + name))
                    : e;
        }
        return Exit.OK;
    }
}
