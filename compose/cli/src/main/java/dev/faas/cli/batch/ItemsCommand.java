package dev.faas.cli.batch;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.activation.Status;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.ListLimit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the items of a batch. */
@Command(
        name = "items",
        description = "List the accepted items of a batch in their order.",
        footer = {
            "",
            "Examples:",
            "  faas batch items bat_06b7gd98g07rk4q3v8x2m5n9ta --status failed,timed_out",
            "  faas batch items bat_06b7gd98g07rk4q3v8x2m5n9ta --all -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class ItemsCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.number("INDEX", doc -> doc.text("index")),
            Column.whole("ACTIVATION", "activationId"),
            Column.text("STATUS", "status"),
            Column.text("REASON", "reason"));

    @Parameters(paramLabel = "BATCH", description = "The batch, by its id.")
    private String id = "";

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS,…",
            description = "Only those with one of these: ${COMPLETION-CANDIDATES}.")
    private List<Status> statuses = new ArrayList<>();

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Override
    protected int run(Session session) {
        var path = Request.withQuery(
                BatchCommand.path(id) + "/items", statuses.stream().map(status -> "status=" + status));
        return session.list(path, limit.orAll(all), COLUMNS, "activationId", "No items.");
    }
}
