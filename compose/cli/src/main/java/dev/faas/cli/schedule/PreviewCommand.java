package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the next times of a pattern. */
@Command(
        name = "preview",
        description = {
            "Print the next times of a pattern, and what a change of the clock does to them.",
            "Nothing is stored."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule preview '30 2 * * *' --zone Europe/Berlin",
            "  faas schedule preview @weekly --from 2027-01-01 --count 52",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid pattern, 3 not logged in, 5 unavailable."
        })
final class PreviewCommand extends Verb {
    private static final List<Column> COLUMNS = List.of(
            Column.whole("TIME", "nominalTime"),
            Column.whole("LOCAL", "localTime"),
            Column.text("RUNS", doc -> doc.isTrue("fires") ? "yes" : "no"),
            Column.text("EXPLAIN", "explain"));

    @Parameters(paramLabel = "PATTERN", description = "As for faas schedule create --cron.")
    private String cron = "";

    @Option(names = "--zone", paramLabel = "ZONE", description = "The time zone. Default: UTC.")
    private @Nullable String zone;

    @Option(names = "--dst", paramLabel = "POLICY", description = "once or skip. Default: once.")
    private @Nullable String dst;

    @Option(names = "--from", paramLabel = "TIME", description = "Times after it. Default: now.")
    private @Nullable String from;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "10",
            description = "So many, at most 100 (default: ${DEFAULT-VALUE}).")
    private int count;

    @Override
    protected int run(Session session) {
        var question = Doc.empty()
                .with(ScheduleFields.CRON, cron)
                .with(ScheduleFields.ZONE, zone)
                .with(ScheduleFields.DST, dst)
                .with(
                        "from",
                        from == null
                                ? null
                                : Durations.parseTime("--from", from).toString())
                .with("count", count);
        try {
            session.output()
                    .list(
                            new Schedules(session.api()).times(question).docs("times"),
                            COLUMNS,
                            doc -> doc.text("nominalTime"),
                            "No times.");
        } catch (ApiFailure e) {
            throw ScheduleFields.TABLE.namingFlags(
                    e, Map.of(ScheduleFields.CRON, "PATTERN", "from", "--from", "count", "--count"));
        }
        return Exit.OK;
    }
}
