package dev.faas.cli.source;

import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes fields of a source. */
@Command(
        name = "update",
        modelTransformer = SourceFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {"Change fields of a source.", "Nothing is written when nothing changes. The subject stays."},
        footer = {
            "",
            "Examples:",
            "  faas source update orders --function bill@3",
            "  faas source update orders --unset max-in-flight",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class UpdateCommand extends WriteVerb {
    @Parameters(paramLabel = "SOURCE", description = "The source, by name or id.")
    private String name = "";

    @Option(
            names = "--unset",
            paramLabel = "FIELD",
            description = "Restore the default of a field, such as max-in-flight. May be repeated.")
    private List<String> unset = List.of();

    UpdateCommand() {
        super(SourceFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        return update(
                session,
                new Sources(session.api()),
                name,
                unset,
                stored -> SourcePrinter.written(session, stored, "Updated"));
    }
}
