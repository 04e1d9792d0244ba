package dev.faas.cli.source;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Resumes sources. */
@Command(
        name = "resume",
        description = "Resume paused sources.",
        footer = {
            "",
            "Examples:",
            "  faas source resume orders",
            "  faas source list -o name | xargs faas source resume",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are resumed."
        })
final class ResumeCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "resume", "Resumed");
    }
}
