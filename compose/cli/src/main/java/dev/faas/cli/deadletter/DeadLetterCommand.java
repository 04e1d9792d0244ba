package dev.faas.cli.deadletter;

import dev.faas.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Lists what failed for good, runs it again, or dismisses it. */
@Command(
        name = "dead-letter",
        description = {
            "See what failed for good, run it again, or dismiss it.",
            "A dead letter is an activation that ended failed, timed_out or expired."
        },
        subcommands = {ListCommand.class, RedriveCommand.class, DismissCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas dead-letter list --function resize",
            "  faas dead-letter redrive --function resize",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class DeadLetterCommand extends VerbGroup {
    static final String ALL = "/v1/dead-letters";
}
