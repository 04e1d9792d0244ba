package dev.faas.cli.hook;

import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.WriteVerb;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes fields of a hook. */
@Command(
        name = "update",
        modelTransformer = HookFlags.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Change fields of a hook.",
            "Nothing is written when nothing changes. The address stays: see faas hook rotate. Secrets stay unless --secret-file replaces all of them."
        },
        footer = {
            "",
            "Examples:",
            "  faas hook update push --function build@3",
            "  faas hook update push --unset match --rate 10",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid field, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class UpdateCommand extends WriteVerb {
    @Parameters(paramLabel = "HOOK", description = "The hook, by name or id.")
    private String name = "";

    @Option(
            names = "--unset",
            paramLabel = "FIELD",
            description = "Restore the default of a field, such as rate, or remove one tag: tags.KEY. May be repeated.")
    private List<String> unset = List.of();

    UpdateCommand() {
        super(HookFields.TABLE);
    }

    @Override
    protected List<String> values(Session session, Field field, List<String> given) {
        return SecretFiles.values(field, given);
    }

    @Override
    protected int run(Session session) throws IOException {
        return update(
                session,
                new Hooks(session.api()),
                name,
                unset,
                stored -> HookPrinter.written(session, stored, "Updated"));
    }
}
