package dev.faas.cli.hook;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Pauses hooks. */
@Command(
        name = "pause",
        description = "Pause hooks: their senders are told to come again later.",
        footer = {
            "",
            "Examples:",
            "  faas hook pause push",
            "  faas hook list -o name | xargs faas hook pause",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are paused."
        })
final class PauseCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "pause", "Paused");
    }
}
