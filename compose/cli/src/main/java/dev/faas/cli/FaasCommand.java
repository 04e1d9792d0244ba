package dev.faas.cli;

import dev.faas.cli.output.Output;
import dev.faas.cli.output.Streams;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The root of all verbs; {@link Verbs} adds them. */
@Command(
        name = "faas",
        description = {
            "Runs container images as functions, and keeps their results.",
            "A function is an image and how to run it; each change of it makes a revision. An activation is one call of a function: it is queued, runs in a container of its own, and keeps its result and log for some time."
        },
        footer = {
            "",
            "For scripts: FAAS_URL and FAAS_TOKEN name an address and an API key or access token, FAAS_CONTEXT a context. Logins are kept in ~/.config/faas."
        })
public final class FaasCommand extends VerbGroup {
    private final Terminal terminal;
    private final Streams streams;

    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    /** Hidden, because the help lists the options that every verb takes. */
    @Option(names = "--version", hidden = true, description = "Print the version of this client.")
    private boolean version;

    private @Nullable Session session;

    FaasCommand(Terminal terminal, Streams streams) {
        this.terminal = terminal;
        this.streams = streams;
    }

    /** As most programs with verbs do, it prints its help when it is called alone. */
    @Override
    protected int run(Session own) {
        if (version) {
            streams.out(VersionCommand.ownLine() + "\n");
        } else {
            var commands = spec().commandLine();
            streams.out(commands.getUsageMessage(commands.getColorScheme()));
        }
        return Exit.OK;
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
