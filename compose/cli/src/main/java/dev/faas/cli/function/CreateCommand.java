package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.http.ApiFailure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Creates a function. */
@Command(
        name = "create",
        modelTransformer = FunctionFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {"Create a function.", "Only --image is required; every other field has a default."},
        footer = {
            "",
            "Examples:",
            "  faas fn create hello --image busybox --entrypoint echo",
            "  faas fn create sum --image busybox --command 'sh -c \"echo $(($1))\" sh'",
            "  faas fn create small --image busybox --memory 64m --timeout 10s --env LEVEL=3",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 5 unavailable, 6 the name is taken."
        })
final class CreateCommand extends WriteFunctionVerb {
    @Override
    protected int run(Session session) throws IOException {
        var body = begin(name);
        body.with(Field.NAME, name);
        applyFlags(session, body);
        if (body.get(FunctionFields.IMAGE) == null) {
            throw Failure.usage("a function needs an image", "Give it by --image, or in a file: --from FILE");
        }
        Doc created;
        try {
            created = new Functions(session.api()).create(body);
        } catch (ApiFailure e) {
            throw e.code().equals("function_exists")
                    ? e.explained(
                            "there is a function \"%s\"".formatted(name), List.of("Change it: faas fn update " + name))
                    : Functions.namingFlags(e, Map.of());
        }
        FunctionPrinter.written(session, created, "Created");
        return Exit.OK;
    }
}
