package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.run.CommandOutput;
import dev.faas.cli.run.StoredOutput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what the command wrote to its standard output, to the byte. */
@Command(
        name = "result",
        description = {"Print the result of an activation.", "That is what its command wrote to stdout."},
        footer = {
            "",
            "Examples:",
            "  faas act result 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act result 06b7gd98g07rk4q3v8x2m5n9ta > picture.png",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable,",
            "6 it has not ended, or its result has expired."
        })
final class ResultCommand extends Verb {
    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Override
    protected int run(Session session) throws InterruptedException {
        var sink = CommandOutput.toStdout(session);
        StoredOutput.result(session.api(), id).copy(0, bytes -> {
            sink.write(bytes);
            if (sink.isBinary()) {
                throw Failure.usage(
                        "the result is binary, and this is a terminal",
                        "Write it to a file: faas act result %s > FILE   or print it anyway: --raw".formatted(id));
            }
        });
        sink.finish();
        return Exit.OK;
    }
}
