package dev.faas.cli.job;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.ListLimit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists jobs. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your jobs, newest first.",
        footer = {
            "",
            "Examples:",
            "  faas job list",
            "  faas job list --all -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.whole("JOB", "jobId"),
            Column.text("ACTION", "action"),
            Column.text("STATE", "state"),
            Column.number("MATCHED", doc -> doc.text("matched")),
            Column.number("DONE", doc -> doc.text("done")),
            Column.number("FAILED", doc -> doc.text("failed")),
            Column.time("CREATED", "createdAt"),
            Column.time("ENDED", "endedAt"));

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Override
    protected int run(Session session) {
        return session.list(JobCommand.ALL, limit.orAll(all), COLUMNS, "jobId", "No jobs.");
    }
}
