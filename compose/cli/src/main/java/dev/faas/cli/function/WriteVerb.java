package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb with a flag per field. */
abstract class WriteVerb extends Verb {
    @Parameters(paramLabel = "NAME", description = "The function.")
    String name = "";

    @Option(
            names = "--env-file",
            order = 1,
            paramLabel = "FILE",
            description =
                    "Set the environment variables of this file, as docker run does. --env wins. May be repeated.")
    private List<String> envFiles = List.of();

    @Option(
            names = "--from",
            order = 1,
            paramLabel = "FILE",
            description = "Begin with the function in this YAML or JSON file; - for standard input. Flags win.")
    private @Nullable String from;

    @Spec
    private @Nullable CommandSpec command;

    /** The function of {@code --from}; empty without it. */
    Doc begin() throws IOException {
        return from == null ? Doc.empty() : FunctionFiles.readOne(from, name).body();
    }

    boolean hasFile() {
        return from != null;
    }

    void applyFlags(Session session, Doc function) {
        FieldFlags.apply(
                Objects.requireNonNull(command),
                function,
                envFiles,
                session.terminal().env());
    }
}
