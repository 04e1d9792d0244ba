package dev.faas.cli.destination;

import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes fields of a destination. */
@Command(
        name = "update",
        modelTransformer = DestinationFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Change fields of a destination.",
            "Nothing is written when nothing changes. The secret stays: see faas destination rotate."
        },
        footer = {
            "",
            "Examples:",
            "  faas destination update erp --url https://erp.example/failures",
            "  faas destination update erp --unset functions --timeout 5s",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class UpdateCommand extends WriteVerb {
    @Parameters(paramLabel = "DESTINATION", description = "The destination, by name or id.")
    private String name = "";

    @Option(
            names = "--unset",
            paramLabel = "FIELD",
            description =
                    "Restore the default of a field, such as timeout, or remove one tag: tags.KEY. May be repeated.")
    private List<String> unset = List.of();

    UpdateCommand() {
        super(DestinationFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        return update(
                session,
                new Destinations(session.api()),
                name,
                unset,
                stored -> DestinationPrinter.written(session, stored, "Updated"));
    }
}
