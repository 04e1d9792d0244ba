package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.account.ShownOnce;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the secret that signs callbacks, or a new one. */
@Command(
        name = "rotate",
        description = {
            "Make the secret that signs callbacks, or a new one, and print it.",
            "It goes to standard output alone, and is shown only this once. Until --overlap ends the old one signs callbacks, too."
        },
        footer = {
            "",
            "Examples:",
            "  faas callback-secret rotate > callback.secret",
            "  faas callback-secret rotate --overlap 7d",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused."
        })
final class RotateCallbackSecretCommand extends Verb {
    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "How long, in whole hours (default: ${DEFAULT-VALUE}).")
    private String overlap = "";

    @Override
    protected int run(Session session) {
        var body = Doc.empty().with("overlapHours", Durations.whole("--overlap", overlap, Duration.ofHours(1)));
        ShownOnce.print(
                session,
                session.api().document(Request.of("POST", "/v1/callback-secret").json(body)),
                DestinationFields.SECRET,
                "This is the secret that signs your callbacks.");
        return Exit.OK;
    }
}
