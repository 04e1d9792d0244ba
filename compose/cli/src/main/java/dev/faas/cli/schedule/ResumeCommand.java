package dev.faas.cli.schedule;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Resumes schedules. */
@Command(
        name = "resume",
        description = "Resume paused schedules: they go on with their next times.",
        footer = {
            "",
            "Examples:",
            "  faas schedule resume nightly",
            "  faas schedule list --state paused -o name | xargs faas schedule resume",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are resumed."
        })
final class ResumeCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "resume", "Resumed");
    }
}
