package dev.faas.cli.hook;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Creates a hook. */
@Command(
        name = "create",
        modelTransformer = HookFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Create a hook, and print its address.",
            "--function is required. Each request to the address calls the function. The address goes to standard output alone, is a secret, and is shown only this once."
        },
        footer = {
            "",
            "Examples:",
            "  faas hook create push --function build --signature github --secret-file s",
            "  faas hook create order --function bill --body pointer --pointer /order",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 no such function, 5 unavailable or too many hooks, 6 the name is taken."
        })
final class CreateCommand extends WriteVerb {
    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    CreateCommand() {
        super(HookFields.TABLE);
    }

    @Override
    protected List<String> values(Session session, Field field, List<String> given) {
        return SecretFiles.values(field, given);
    }

    @Override
    protected int run(Session session) throws IOException {
        var hooks = new Hooks(session.api());
        HookPrinter.withAddress(session, hooks.withAddress(create(session, hooks, name)), "Created");
        return Exit.OK;
    }
}
