package dev.faas.cli.batch;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.ListLimit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists batches. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your batches, newest first.",
        footer = {
            "",
            "Examples:",
            "  faas batch list",
            "  faas batch list --all -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.whole("BATCH", "batchId"),
            Column.text("FUNCTION", doc -> doc.doc("function").text("name")),
            Column.text("STATE", "state"),
            Column.number("ACCEPTED", doc -> doc.text("accepted")),
            Column.number("REJECTED", doc -> doc.text("rejected")),
            Column.time("CREATED", "createdAt"),
            Column.time("ENDED", "endedAt"));

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Override
    protected int run(Session session) {
        return session.list(BatchCommand.ALL, limit.orAll(all), COLUMNS, "batchId", "No batches.");
    }
}
