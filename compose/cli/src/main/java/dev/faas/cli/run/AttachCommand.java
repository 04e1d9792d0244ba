package dev.faas.cli.run;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the output of an activation that was started before. */
@Command(
        name = "attach",
        description = {
            "Print the output of an activation until it has ended.",
            "Begins with the oldest output, and exits with the exit code of the command."
        },
        footer = {
            "",
            "Examples:",
            "  faas attach 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas attach 06b7gd98g07rk4q3v8x2m5n9ta --after 4711",
            "",
            AttachedVerb.EXIT_CODES
        })
public final class AttachCommand extends AttachedVerb {
    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Option(
            names = "--after",
            paramLabel = "N",
            defaultValue = "",
            description = "Print only what came after this event, as an interrupted command says.")
    private String after = "";

    @Override
    protected int run(Session session) throws InterruptedException {
        var api = session.api();
        try (var interruption = new Interruption(session, api, onInterrupt, after)) {
            interruption.submitted(id);
            var output = CommandOutput.of(session);
            return exit(session, new LiveOutput(session, api, id, after, output, interruption).follow());
        }
    }
}
