package dev.faas.cli.destination;

import dev.faas.cli.Session;
import picocli.CommandLine.Command;

/** Disables destinations. */
@Command(
        name = "disable",
        description = {"Disable destinations.", "Their events wait up to 7 days until they are enabled."},
        footer = {
            "",
            "Examples:",
            "  faas destination disable erp",
            "  faas destination list -o name | xargs faas destination disable",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are disabled."
        })
final class DisableCommand extends StateVerb {
    @Override
    protected int run(Session session) {
        return tellEach(session, "disable", "Disabled");
    }
}
