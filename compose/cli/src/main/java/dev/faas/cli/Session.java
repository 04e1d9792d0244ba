package dev.faas.cli;

import dev.faas.cli.http.Api;
import dev.faas.cli.http.RequestLog;
import dev.faas.cli.login.Access;
import dev.faas.cli.output.Output;

/** What one command works with. The login is read when it is first needed, so that {@code help} and {@code version} work without. */
public record Session(Terminal terminal, Output output, Access access) {
    static Session of(Terminal terminal, Output output, GlobalOptions options) {
        var log = options.debug ? new RequestLog(output.streams()) : null;
        return new Session(
                terminal, output, Access.of(terminal, options.context, options.project, options.retryLimits(), log));
    }

    /** As the user who is logged in. */
    public Api api() {
        return access.open();
    }
}
