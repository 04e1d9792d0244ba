package dev.faas.cli.destination;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Creates a destination. */
@Command(
        name = "create",
        modelTransformer = DestinationFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Create a destination, which gets events, and print its secret.",
            "--events and one of --url, --function and --subject are required. A function is called with each event. Each request is signed by the secret (Standard Webhooks), which goes to standard output alone and is shown only this once."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination create erp --url https://e.org/x --events activation.failed",
            "  faas destination create log --from log.yaml > log.secret",
            "  faas destination create next --function thumb --from next.yaml",
            "  faas destination create bus --subject ends --events activation.succeeded",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 no such function, 5 unavailable or too many destinations, 6 the name is taken, the address is not allowed, or calls would come around."
        })
final class CreateCommand extends WriteVerb {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    CreateCommand() {
        super(DestinationFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        DestinationPrinter.withSecret(session, create(session, new Destinations(session.api()), name), "Created");
        return Exit.OK;
    }
}
