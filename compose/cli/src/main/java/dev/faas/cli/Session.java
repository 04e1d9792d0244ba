package dev.faas.cli;

import dev.faas.cli.http.Api;
import dev.faas.cli.http.RequestLog;
import dev.faas.cli.login.Access;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one command works with. The login is read when it is first needed, so that {@code help} and {@code version} work without. */
public record Session(Terminal terminal, Output output, Access access) {
    static Session of(Terminal terminal, Output output, GlobalOptions options) {
        var log = options.debug ? new RequestLog(output.streams()) : null;
        return new Session(
                terminal, output, Access.of(terminal, options.context, options.project, options.retryLimits(), log));
    }

    /** Asks on the terminal, and returns the line without blanks at its ends.
     *
     * @param advice for a user without a terminal
     */
    public String ask(String prompt, String advice) throws IOException {
        requireTerminal(advice);
        output.streams().err(prompt);
        var line = new ByteArrayOutputStream();
        for (int c; (c = System.in.read()) >= 0 && c != '\n'; ) {
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    /** The same without echo, and with its blanks. */
    @SuppressWarnings("SystemConsoleNull") // it is null: the program selects the console of java.base
    public String askHidden(String prompt, String advice) {
        requireTerminal(advice);
        var console = System.console();
        if (console == null) {
            throw Failure.usage("there is no terminal to ask on", advice);
        }
        output.streams().err(prompt);
        var text = console.readPassword();
        if (text == null) {
            throw Failure.usage("nothing was given");
        }
        return new String(text);
    }

    /** @throws Failure when there is nobody to answer a question */
    public void requireTerminal(String advice) {
        if (!terminal.in() || !terminal.err()) {
            throw Failure.usage("there is no terminal to ask on", advice);
        }
    }

    /** Prints all things of a list.
     *
     * @param name the field for {@code -o name}
     * @param empty what a terminal shows when there is none
     */
    public int list(String path, List<Column> columns, String name, String empty) {
        return list(path, Integer.MAX_VALUE, columns, name, empty);
    }

    /** The same, of the first things of a list. */
    public int list(String path, int most, List<Column> columns, String name, String empty) {
        var api = api();
        output.list(printer -> api.eachPage(path, most, printer::print), columns, doc -> doc.text(name), empty);
        return Exit.OK;
    }

    /** As the user who is logged in. */
    public Api api() {
        access.warning().ifPresent(output::note);
        return access.open();
    }
}
