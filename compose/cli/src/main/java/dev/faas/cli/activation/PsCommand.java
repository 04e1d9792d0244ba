package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what is queued and what runs. */
@Command(
        name = "ps",
        description = {
            "List queued and running activations.",
            "One that was accepted a moment ago may be missing for a second."
        },
        footer = {
            "",
            "Examples:",
            "  faas ps",
            "  faas ps -o name | xargs -r faas act cancel",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
public final class PsCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.whole("ACTIVATION ID", "activationId"),
            Column.text("FUNCTION", item -> item.doc("function").text("name")),
            new Column("STATUS", item -> item.text("status"), PsCommand::status, false),
            Column.time("CREATED", "submittedAt"),
            Column.text("IMAGE", "image"),
            Column.text("SPAWNER", "spawner"));

    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those of this function.")
    private String function = "";

    @Override
    protected int run(Session session) {
        var query = new ActivationQuery().in(Status.queued, Status.running);
        if (!function.isEmpty()) {
            query.with("function", function);
        }
        session.output()
                .list(
                        query.pages(session.api(), Integer.MAX_VALUE, () -> {}),
                        COLUMNS,
                        item -> item.text("activationId"),
                        "Nothing is queued or running.");
        return Exit.OK;
    }

    private static String status(Doc item) {
        return ActivationColumns.ran(item)
                .or(() -> ActivationColumns.waited(item))
                .map(millis -> item.text("status") + " " + Durations.render(millis))
                .orElse(item.text("status"));
    }
}
