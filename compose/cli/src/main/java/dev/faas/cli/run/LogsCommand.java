package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what an activation wrote to stderr. */
@Command(
        name = "logs",
        description = {
            "Print the log of an activation.",
            "That is what its command wrote to stderr. With a function: the log of its newest activation."
        },
        footer = {
            "",
            "Examples:",
            "  faas logs 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas logs -f --tail 20 resize",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused (the log has expired), 130 interrupted."
        })
public final class LogsCommand extends Verb {
    @Parameters(paramLabel = "ID|NAME", description = "An activation or a function.")
    private String ref = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the activation has ended.")
    private boolean follow;

    @Option(names = "--tail", paramLabel = "N", description = "Print only the last N lines of what there is.")
    private @Nullable Integer tail;

    @Override
    protected int run(Session session) throws InterruptedException {
        if (tail != null && tail < 0) {
            throw Failure.usage("--tail: must not be negative");
        }
        var api = session.api();
        var record = find(api);
        var id = record.text("activationId");
        var sink = CommandOutput.toStdout(session);
        boolean live = follow && !new Outcome(record).hasEnded();
        if (tail != null) {
            var soFar = new ByteArrayOutputStream();
            StoredOutput.log(api, id).copy(0, soFar::writeBytes);
            sink.write(lastLines(soFar.toByteArray(), tail));
            if (live) {
                new LogFollower(api, id, sink, record.number("attempt"), soFar.size()).follow();
            }
        } else if (live) {
            new LogFollower(api, id, sink, 0, 0).follow();
        } else {
            StoredOutput.log(api, id).copy(0, sink::write);
        }
        sink.finish();
        if (sink.isBinary()) {
            session.output().note("faas: the log is binary and not for a terminal. Use a pipe or --raw.");
        }
        if (session.terminal().out() && sink.received() == 0 && tail == null) {
            var stdout = live || new Outcome(record).hasEnded() ? "faas act result " : "faas attach ";
            session.output().note("The log is empty: it has only stderr. Stdout: " + stdout + id);
        }
        return Exit.OK;
    }

    private Doc find(Api api) {
        if (ActivationPath.isId(ref)) {
            return api.get(ActivationPath.of(ref));
        }
        var functions = new Functions(api);
        var newest =
                functions.naming(ref, () -> api.list("/v1/activations?function=" + Request.encode(ref), 1)).stream()
                        .findFirst();
        if (newest.isEmpty()) {
            // The list of a function that does not exist is empty, too.
            functions.get(ref);
        }
        return newest.orElseThrow(() -> new Failure(
                Exit.NOT_FOUND, "%s has no activation yet".formatted(ref), "Start one: faas invoke %s".formatted(ref)));
    }

    static byte[] lastLines(byte[] text, int lines) {
        int start = text.length;
        for (int left = lines; start > 0 && left >= 0; start--) {
            boolean endsText = start == text.length;
            if (text[start - 1] == '\n' && !endsText && --left == 0) {
                break;
            }
        }
        return lines == 0 ? new byte[0] : Arrays.copyOfRange(text, start, text.length);
    }
}
