package dev.faas.cli.deadletter;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.job.JobVerb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs dead letters again. */
@Command(
        name = "redrive",
        description = {"Run dead letters again.", "They have the same arguments and revisions, and are a batch."},
        footer = {
            "",
            "Examples:",
            "  faas dead-letter redrive --function resize",
            "  faas dead-letter redrive --since 1d --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused."
        })
final class RedriveCommand extends JobVerb {
    @Mixin
    private final DeadLetterFlags flags = new DeadLetterFlags();

    @Override
    protected int run(Session session) {
        return make(session, DeadLetterCommand.ALL + "/redrive", Doc.empty(), flags.filter());
    }
}
