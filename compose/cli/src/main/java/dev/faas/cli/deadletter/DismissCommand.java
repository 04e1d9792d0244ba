package dev.faas.cli.deadletter;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.job.JobVerb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Dismisses dead letters. */
@Command(
        name = "dismiss",
        description = {"Dismiss dead letters.", "Their records stay, as activations that failed."},
        footer = {
            "",
            "Examples:",
            "  faas dead-letter dismiss --reason queue_ttl",
            "  faas dead-letter dismiss --all --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused."
        })
final class DismissCommand extends JobVerb {
    @Mixin
    private final DeadLetterFlags flags = new DeadLetterFlags();

    @Override
    protected int run(Session session) {
        return make(session, DeadLetterCommand.ALL + "/dismiss", Doc.empty(), flags.filter());
    }
}
