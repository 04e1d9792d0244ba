package dev.faas.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A verb with subcommands: it does nothing without one. */
public abstract class VerbGroup extends Verb {
    @Override
    protected int run(Session session) {
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
