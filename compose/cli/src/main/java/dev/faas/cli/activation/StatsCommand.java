package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows figures over time. */
@Command(
        name = "stats",
        description = {
            "Show what was submitted, what ended, how long it waited and ran.",
            "FAILED has what failed, timed out or expired. Steps of less than an hour are kept for a day."
        },
        footer = {
            "",
            "Examples:",
            "  faas stats",
            "  faas stats resize --since 24h --step 1h",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
public final class StatsCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.time("TIME", "time"),
            Column.number("SUBMITTED", row -> row.text("submitted")),
            Column.number("SUCCEEDED", row -> row.text("succeeded")),
            Column.number("FAILED", row -> row.text("failed")),
            Column.number("CANCELLED", row -> row.text("cancelled")),
            Column.duration("WAIT P50", row -> row.findNumber("waitP50Ms")),
            Column.duration("P95", row -> row.findNumber("waitP95Ms")),
            Column.duration("RUN P50", row -> row.findNumber("runP50Ms")),
            Column.duration("P95", row -> row.findNumber("runP95Ms")),
            Column.number("QUEUED", row -> row.text("queuedMax")),
            Column.number("RUNNING", row -> row.text("runningMax")));

    @Parameters(paramLabel = "FUNCTION", arity = "0..1", description = "Only of this function.")
    private @Nullable String function;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Since then: 1h (ago, the default), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Before then (default: now).")
    private @Nullable String until;

    @Option(names = "--step", paramLabel = "DURATION", description = "1m, 5m, 15m, 1h or 24h.")
    private @Nullable String step;

    @Override
    protected int run(Session session) {
        var query = new ArrayList<String>();
        if (function != null) {
            query.add("function=" + Request.encode(function));
        }
        if (since != null) {
            query.add("since="
                    + Request.encode(Durations.parseTime("--since", since).toString()));
        }
        if (until != null) {
            query.add("until="
                    + Request.encode(Durations.parseTime("--until", until).toString()));
        }
        if (step != null) {
            query.add("step=" + Durations.parse("--step", step).toSeconds());
        }
        var stats = session.api().get("/v1/stats" + (query.isEmpty() ? "" : "?" + String.join("&", query)));
        session.output().list(rows(stats), COLUMNS, row -> row.text("time"), "There are no figures.");
        return Exit.OK;
    }

    private static List<Doc> rows(Doc stats) {
        var series = stats.doc("series");
        var rows = new ArrayList<Doc>();
        var times = stats.texts("time");
        for (int i = 0; i < times.size(); i++) {
            rows.add(Doc.empty()
                    .with("time", times.get(i))
                    .with("submitted", number(series, "submitted", i).orElse(0L))
                    .with("succeeded", number(series, "succeeded", i).orElse(0L))
                    .with("failed", failed(series, i))
                    .with("cancelled", number(series, "cancelled", i).orElse(0L))
                    .with("waitP50Ms", number(series.doc("waitMs"), "p50", i).orElse(null))
                    .with("waitP95Ms", number(series.doc("waitMs"), "p95", i).orElse(null))
                    .with("runP50Ms", number(series.doc("runMs"), "p50", i).orElse(null))
                    .with("runP95Ms", number(series.doc("runMs"), "p95", i).orElse(null))
                    .with("queuedMax", number(series, "queuedMax", i).orElse(0L))
                    .with("runningMax", number(series, "runningMax", i).orElse(0L)));
        }
        return rows;
    }

    private static long failed(Doc series, int step) {
        return List.of("failed", "timed_out", "expired").stream()
                .mapToLong(status -> number(series, status, step).orElse(0L))
                .sum();
    }

    private static Optional<Long> number(Doc columns, String name, int step) {
        return columns.get(name) instanceof List<?> column
                        && step < column.size()
                        && column.get(step) instanceof Number number
                ? Optional.of(number.longValue())
                : Optional.empty();
    }
}
