package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Request;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Submits an activation again. */
@Command(
        name = "replay",
        description = {"Run an activation again.", "It has the same argument and revision. Prints the new id."},
        footer = {
            "",
            "Examples:",
            "  faas act replay 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act wait $(faas act replay 06b7gd98g07rk4q3v8x2m5n9ta)",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable,",
            "6 its argument has expired."
        })
final class ReplayCommand extends Verb {
    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Override
    protected int run(Session session) {
        var answer = session.api()
                .document(Request.of("POST", ActivationPath.of(id, "replay"))
                        .json(Doc.empty())
                        .idempotent(UUID.randomUUID().toString()));
        session.output().document(answer, doc -> doc.text("activationId"), () -> List.of(answer.text("activationId")));
        return Exit.OK;
    }
}
