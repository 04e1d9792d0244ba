package dev.faas.cli.function;

import dev.faas.cli.Session;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Changes fields of a function. */
@Command(
        name = "update",
        modelTransformer = FunctionFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {"Change fields of a function.", "Makes a new revision, unless nothing changes."},
        footer = {
            "",
            "Examples:",
            "  faas fn update hello --memory 256m --env LEVEL=4",
            "  faas fn update hello --unset timeout --unset env.LEVEL",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class UpdateCommand extends WriteFunctionVerb {
    @Option(
            names = "--unset",
            paramLabel = "FIELD",
            description = "Restore the default of a field, such as timeout or limits.timeoutSeconds, or remove one"
                    + " variable or label: env.NAME, labels.NAME. May be repeated.")
    private List<String> unset = List.of();

    @Override
    protected int run(Session session) throws IOException {
        return update(
                session,
                new Functions(session.api()),
                name,
                unset,
                stored -> FunctionPrinter.written(session, stored, "Updated"));
    }
}
