package dev.faas.cli;

import dev.faas.cli.activation.ActivationCommand;
import dev.faas.cli.activation.OpenCommand;
import dev.faas.cli.activation.PsCommand;
import dev.faas.cli.activation.TopCommand;
import dev.faas.cli.completion.CompleteCommand;
import dev.faas.cli.completion.CompletionCommand;
import dev.faas.cli.function.ApplyCommand;
import dev.faas.cli.function.FileDiffCommand;
import dev.faas.cli.function.FunctionCommand;
import dev.faas.cli.login.ContextCommand;
import dev.faas.cli.login.LoginCommand;
import dev.faas.cli.login.LogoutCommand;
import dev.faas.cli.login.RegisterCommand;
import dev.faas.cli.login.WhoamiCommand;
import dev.faas.cli.output.Output;
import dev.faas.cli.output.Streams;
import dev.faas.cli.run.AttachCommand;
import dev.faas.cli.run.InvokeCommand;
import dev.faas.cli.run.LogsCommand;
import dev.faas.cli.run.RunCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The root of all verbs. */
@Command(
        name = "faas",
        description = "Runs container images as functions, and keeps their results.",
        subcommands = {
            RegisterCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            WhoamiCommand.class,
            ContextCommand.class,
            RunCommand.class,
            AttachCommand.class,
            InvokeCommand.class,
            LogsCommand.class,
            FunctionCommand.class,
            ApplyCommand.class,
            FileDiffCommand.class,
            PsCommand.class,
            ActivationCommand.class,
            TopCommand.class,
            OpenCommand.class,
            ApiCommand.class,
            CompletionCommand.class,
            CompleteCommand.class,
            VersionCommand.class,
            HelpCommand.class
        })
public final class FaasCommand extends VerbGroup {
    private final Terminal terminal;
    private final Streams streams;

    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    private @Nullable Session session;

    FaasCommand(Terminal terminal, Streams streams) {
        this.terminal = terminal;
        this.streams = streams;
    }

    Output output() {
        return new Output(terminal, streams, options.outputSettings());
    }

    Session session() {
        if (session == null) {
            session = Session.of(terminal, output(), options);
        }
        return session;
    }

    boolean isDebugging() {
        return options.debug;
    }
}
