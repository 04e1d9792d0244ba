package dev.faas.cli;

import dev.faas.cli.output.Output;
import dev.faas.cli.output.Streams;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The root of all verbs; {@link Verbs} adds them. */
@Command(name = "faas", description = "Runs container images as functions, and keeps their results.")
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
