package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a new secret of a destination. */
@Command(
        name = "rotate",
        description = {
            "Make a new secret of a destination, and print it.",
            "It goes to standard output alone, and is shown only this once. Until --overlap ends the old one signs requests, too."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination rotate erp > erp.secret",
            "  faas destination rotate erp --overlap 7d",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class RotateCommand extends Verb {
    @Parameters(paramLabel = "DESTINATION", description = "The destination, by name or id.")
    private String name = "";

    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "How long, in whole hours (default: ${DEFAULT-VALUE}).")
    private String overlap = "";

    @Override
    protected int run(Session session) {
        var body = Doc.empty().with("overlapHours", Durations.whole("--overlap", overlap, Duration.ofHours(1)));
        DestinationPrinter.withSecret(session, new Destinations(session.api()).tell(name, "rotate", body), "Rotated");
        return Exit.OK;
    }
}
