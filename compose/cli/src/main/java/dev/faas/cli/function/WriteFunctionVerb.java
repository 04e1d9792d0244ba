package dev.faas.cli.function;

import dev.faas.cli.Environment;
import dev.faas.cli.Session;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.WriteVerb;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb with a flag per field of a function. */
abstract class WriteFunctionVerb extends WriteVerb {
    @Parameters(paramLabel = "NAME", description = "The function.")
    String name = "";

    @Option(
            names = "--env-file",
            order = 1,
            paramLabel = "FILE",
            description =
                    "Set the environment variables of this file, as docker run does. --env wins. May be repeated.")
    private List<String> envFiles = List.of();

    WriteFunctionVerb() {
        super(FunctionFields.TABLE);
    }

    @Override
    protected List<String> values(Session session, Field field, List<String> given) {
        return field.path().equals(FunctionFields.ENV)
                ? Environment.read(envFiles, given, session.terminal().env()).entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList()
                : given;
    }
}
