package dev.faas.cli.source;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Pauses sources. */
@Command(
        name = "pause",
        description = "Pause sources: their messages wait, for 3 days at most.",
        footer = {
            "",
            "Examples:",
            "  faas source pause orders",
            "  faas source list -o name | xargs faas source pause",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are paused."
        })
final class PauseCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "pause", "Paused");
    }
}
