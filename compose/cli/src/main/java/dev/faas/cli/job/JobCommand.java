package dev.faas.cli.job;

import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.Request;
import picocli.CommandLine.Command;

/** Makes jobs, and shows how far they are. */
@Command(
        name = "job",
        description = {
            "Cancel, repeat or send again many things at once.",
            "A job works on what a filter selects, in the background."
        },
        subcommands = {
            ListCommand.class,
            GetCommand.class,
            StopCommand.class,
            CancelCommand.class,
            ReplayCommand.class,
            RedeliverCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas job cancel --function resize --status queued",
            "  faas job get job_06b7gd98g07rk4q3v8x2m5n9ta",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class JobCommand extends VerbGroup {
    static final String ALL = "/v1/jobs";

    static String path(String id) {
        return ALL + "/" + Request.part(id);
    }
}
