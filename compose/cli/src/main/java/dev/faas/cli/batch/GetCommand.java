package dev.faas.cli.batch;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.TitledLines;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a batch. */
@Command(
        name = "get",
        aliases = "show",
        description = {"Print a batch, and how many of its items have which status.", "-o json prints all of it."},
        footer = {
            "",
            "Examples:",
            "  faas batch get bat_06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas batch get bat_06b7gd98g07rk4q3v8x2m5n9ta --json counts,endedAt",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class GetCommand extends Verb {
    @Parameters(paramLabel = "BATCH", description = "The batch, by its id.")
    private String id = "";

    @Override
    protected int run(Session session) {
        var batch = session.api().get(BatchCommand.path(id));
        session.output().document(batch, doc -> doc.text("batchId"), () -> lines(batch));
        return Exit.OK;
    }

    private static List<String> lines(Doc batch) {
        var function = batch.doc("function");
        var lines = new TitledLines().add("batch", batch.text("batchId"));
        // What a job submits may be of several functions.
        function.find("name").ifPresent(name -> lines.add("function", name + "@" + function.text("revision")));
        return lines.add("state", batch.text("state"))
                .field("items", batch, "size")
                .field("accepted", batch, "accepted")
                .field("rejected", batch, "rejected")
                .add(
                        "counts",
                        batch.doc("counts").fields().entrySet().stream()
                                .map(count -> count.getValue() + " " + count.getKey())
                                .collect(Collectors.joining(", ")))
                .add("created", batch.text("createdAt"))
                .field("ended", batch, "endedAt")
                .all();
    }
}
