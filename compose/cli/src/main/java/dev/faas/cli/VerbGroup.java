package dev.faas.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A verb with subcommands: it does nothing without one. */
public abstract class VerbGroup implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    protected final CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    @Override
    public void run() {
        var command = spec();
        var verbs = command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(verb -> !verb.usageMessage().hidden())
                .map(CommandSpec::name)
                .distinct()
                .toList();
        throw new ParameterException(
                command.commandLine(),
                "\"%s\" needs one of: %s".formatted(command.qualifiedName(), String.join(", ", verbs)));
    }
}
