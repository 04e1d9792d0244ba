package dev.faas.cli.schedule;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a schedule. */
@Command(
        name = "get",
        aliases = "show",
        description = {
            "Print a schedule with its next and last times.",
            "Shows what differs from the defaults; -o yaml or json prints all of it."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule get nightly",
            "  faas schedule get nightly --json nextTimes",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Override
    protected int run(Session session) {
        SchedulePrinter.document(session, new Schedules(session.api()).get(name));
        return Exit.OK;
    }
}
