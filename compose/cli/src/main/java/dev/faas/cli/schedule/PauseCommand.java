package dev.faas.cli.schedule;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Pauses schedules. */
@Command(
        name = "pause",
        description = "Pause schedules: their times are missed until they are resumed.",
        footer = {
            "",
            "Examples:",
            "  faas schedule pause nightly --note 'until the report is mended'",
            "  faas schedule list --function report -o name | xargs faas schedule pause",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are paused."
        })
final class PauseCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "pause", "Paused");
    }
}
