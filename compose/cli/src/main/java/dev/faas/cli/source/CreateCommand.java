package dev.faas.cli.source;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Creates a source. */
@Command(
        name = "create",
        modelTransformer = SourceFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Create a source.",
            "--function and --subject are required. Each message that is published from now on calls the function once."
        },
        footer = {
            "",
            "Examples:",
            "  faas source create orders --function bill --subject 'orders.*'",
            "  faas source create log --function log --subject '>' --body cloudevent",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 no such function, 5 unavailable or too many sources, 6 the name is taken."
        })
final class CreateCommand extends WriteVerb {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    CreateCommand() {
        super(SourceFields.TABLE);
    }

    @Override
    protected int run(Session session) throws IOException {
        SourcePrinter.written(session, create(session, new Sources(session.api()), name), "Created");
        return Exit.OK;
    }
}
