package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Cancels activations. */
@Command(
        name = "cancel",
        description = {"Cancel activations.", "The command of a running one is asked to stop."},
        footer = {
            "",
            "Examples:",
            "  faas act cancel 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act cancel $(faas act list --status queued --all -o name)",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found,",
            "5 unavailable, 6 one had already ended. The others are cancelled."
        })
final class CancelCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The activations.")
    private List<String> ids = List.of();

    @Override
    protected int run(Session session) {
        var api = session.api();
        int exit = Exit.OK;
        for (var id : ids) {
            int each = cancel(session, api, id);
            exit = exit == Exit.OK ? each : exit;
        }
        return exit;
    }

    private static int cancel(Session session, Api api, String id) {
        try {
            var answer = api.document(Request.of("DELETE", ActivationPath.of(id)));
            session.output()
                    .document(
                            answer,
                            doc -> doc.text("activationId"),
                            () -> List.of(id
                                    + (answer.text("status").equals("running") ? " is being stopped" : " cancelled")));
            return Exit.OK;
        } catch (ApiFailure e) {
            if (e.status() != 404 && e.status() != 409) {
                throw e;
            }
            session.output().error(id + ": " + e.text(), List.of());
            return e.exit();
        }
    }
}
