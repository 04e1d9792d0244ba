package dev.faas.cli.destination;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Enables destinations. */
@Command(
        name = "enable",
        description = {"Enable destinations.", "What waits is sent, also after too many failures."},
        footer = {
            "",
            "Examples:",
            "  faas destination enable erp",
            "  faas destination list -o name | xargs faas destination enable",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are enabled."
        })
final class EnableCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "enable", "Enabled");
    }
}
