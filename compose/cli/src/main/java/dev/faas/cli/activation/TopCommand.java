package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Column;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the functions do. */
@Command(
        name = "top",
        description = {
            "Show what your functions do now, until Ctrl-C.",
            "Rate and p95 of the run time are those of the last one to two minutes."
        },
        footer = {
            "",
            "Examples:",
            "  faas top",
            "  faas top --once --sort p95",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 130 interrupted."
        })
public final class TopCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.text("FUNCTION", "name"),
            Column.number("QUEUED", row -> row.text("queued")),
            Column.number("RUN", TopCommand::running),
            Column.number("/MIN", row -> row.text("perMinute")),
            Column.duration("P95", row -> row.findNumber("p95Ms")));

    /** What comes first. */
    enum Sort {
        queued,
        running,
        rate,
        p95,
        name
    }

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            defaultValue = "queued",
            description = "What comes first: the largest ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Sort sort = Sort.queued;

    @Option(names = "--once", description = "Print one table and end, as in a pipe.")
    private boolean once;

    @Override
    protected int run(Session session) throws InterruptedException {
        if (once || !session.terminal().out() || session.output().isForPrograms()) {
            var loads = new FunctionLoads(session.api()).read();
            session.output().list(sorted(loads), COLUMNS, row -> row.text("name"), "There is no function yet.");
            return Exit.OK;
        }
        var loads = new FunctionLoads(session.api().retryFor(Duration.ZERO));
        return new LiveView(session.output(), width -> screen(session, loads.read(), width)).run(Long.MAX_VALUE);
    }

    private List<String> screen(Session session, FunctionLoads.Loads loads, int width) {
        var lines = new ArrayList<String>();
        lines.add("slots %s, free %s"
                .formatted(loads.platform().text("slots"), loads.platform().text("free")));
        lines.addAll(session.output().render(sorted(loads), COLUMNS, width));
        return lines;
    }

    private List<Doc> sorted(FunctionLoads.Loads loads) {
        Comparator<Doc> byName = Comparator.comparing(row -> row.text("name"));
        var field = switch (sort) {
            case rate -> "perMinute";
            case p95 -> "p95Ms";
            default -> sort.name();
        };
        var order = sort == Sort.name
                ? byName
                : Comparator.comparingLong((Doc row) -> row.number(field))
                        .thenComparingLong(row -> row.number("running"))
                        .thenComparingLong(row -> row.number("perMinute"))
                        .reversed()
                        .thenComparing(byName);
        return loads.functions().stream().sorted(order).toList();
    }

    private static String running(Doc row) {
        return row.text("running") + row.find("limit").map(limit -> "/" + limit).orElse("");
    }
}
