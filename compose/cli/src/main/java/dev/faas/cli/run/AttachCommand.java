package dev.faas.cli.run;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.Set;
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
            "Exit codes: the command's; 128 + n killed by signal n; 124 timed out; 137 out of memory; 126 and 127 the command cannot be executed; 125 any other failure; 130 interrupted, the command still runs."
        })
public final class AttachCommand extends Verb {
    private static final Set<String> ENDS_OF_ITS_OWN = Set.of("exit_code", "signal");

    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Option(
            names = "--after",
            paramLabel = "N",
            defaultValue = "",
            description = "Print only what came after this event, as an interrupted command says.")
    private String after = "";

    @Option(
            names = "--on-interrupt",
            paramLabel = "ACTION",
            defaultValue = "detach",
            description = "What Ctrl-C does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Interruption.Action onInterrupt = Interruption.Action.detach;

    @Override
    protected int run(Session session) throws InterruptedException {
        var api = session.api();
        try (var interruption = new Interruption(session, api, onInterrupt, after)) {
            interruption.submitted(id);
            var output = CommandOutput.of(session);
            return exit(session, new LiveOutput(session, api, id, after, output, interruption).follow());
        }
    }

    /** Says why a command ended that did not end by itself. */
    static int exit(Session session, Outcome outcome) {
        if (!outcome.isHappy() && !ENDS_OF_ITS_OWN.contains(outcome.record().text("reason"))) {
            session.output().note("faas: " + outcome.sentence());
        }
        return outcome.exitOfCommand();
    }

    /** As in Docker, so that it is not taken for the command's own. */
    static int exitOfFailure(Failure failure) {
        return failure.exit() == Exit.INTERRUPTED ? Exit.INTERRUPTED : Exit.NOT_THE_COMMANDS;
    }

    @Override
    protected int exitOf(Failure failure) {
        return exitOfFailure(failure);
    }
}
