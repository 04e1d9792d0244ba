package dev.faas.cli.run;

import dev.faas.cli.Session;

/** Where stdout and stderr of a command go. */
public record CommandOutput(OutputSink out, OutputSink err) {
    /** To stdout and stderr of the client. */
    static CommandOutput of(Session session) {
        return new CommandOutput(toStdout(session), toStderr(session));
    }

    public static OutputSink toStdout(Session session) {
        var output = session.output();
        return new OutputSink(output.streams()::out, session.terminal().out() && !output.isRaw());
    }

    private static OutputSink toStderr(Session session) {
        var output = session.output();
        return new OutputSink(output.streams()::err, session.terminal().err() && !output.isRaw());
    }

    boolean isAtLineStart() {
        return out.isAtLineStart() && err.isAtLineStart();
    }

    /** Another attempt begins. */
    void restart() {
        out.restart();
        err.restart();
    }

    void finish() {
        out.finish();
        err.finish();
    }

    boolean isBinary() {
        return out.isBinary() || err.isBinary();
    }
}
