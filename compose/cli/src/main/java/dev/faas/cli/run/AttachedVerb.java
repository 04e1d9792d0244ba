package dev.faas.cli.run;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.Set;
import picocli.CommandLine.Option;

/** A verb that prints the output of a command until it ends, and exits as the command does. */
abstract class AttachedVerb extends Verb {
    static final String EXIT_CODES =
            "Exit codes: the command's; 128 + n killed by signal n; 124 timed out; 137 out of memory; 126 and 127 the command cannot be executed; 125 any other failure; 130 interrupted; the command goes on, or is being cancelled.";
    private static final Set<String> ENDS_OF_ITS_OWN = Set.of("exit_code", "signal");

    @Option(
            names = "--on-interrupt",
            order = 1,
            paramLabel = "ACTION",
            defaultValue = "detach",
            description = "What Ctrl-C does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Interruption.Action onInterrupt = Interruption.Action.detach;

    /** Says why a command ended that did not end by itself. */
    static int exit(Session session, Outcome outcome) {
        if (!outcome.isHappy() && !ENDS_OF_ITS_OWN.contains(outcome.record().text("reason"))) {
            session.output().note("faas: " + outcome.sentence());
            outcome.remedy().ifPresent(session.output()::note);
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
