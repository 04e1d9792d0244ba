package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.ListLimit;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what became of the times of a schedule. */
@Command(
        name = "ticks",
        description = {
            "List what became of the times of a schedule, newest first.",
            "With a time: explain that one, also one at which nothing ran."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule ticks nightly --since 7d --outcome missed",
            "  faas schedule ticks nightly 2026-10-25T00:30:00Z",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class TicksCommand extends Verb {
    /** As the server names them. */
    enum Outcome {
        claimed,
        waiting,
        buffered,
        fired,
        skipped_overlap,
        missed,
        paused,
        dst_gap,
        refused
    }

    @Parameters(index = "0", paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TIME", description = "Such as 2026-01-31T12:00:00Z.")
    private @Nullable String time;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            description = "Only those with this outcome: ${COMPLETION-CANDIDATES}.")
    private @Nullable Outcome outcome;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only times since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only times before then.")
    private @Nullable String until;

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of the last 30 days.")
    private boolean all;

    @Override
    protected int run(Session session) {
        int most = limit.orAll(all);
        var schedules = new Schedules(session.api());
        if (time != null) {
            var nominal = Durations.parseTime("TIME", time);
            var tick = schedules.tick(name, nominal.toString());
            session.output().document(tick, doc -> doc.text("tickId"), () -> explanation(tick));
        } else {
            session.output()
                    .list(
                            printer -> schedules.eachTick(name, query(), most, printer::print),
                            SchedulePrinter.TICKS,
                            doc -> doc.text("tickId"),
                            "No ticks.");
        }
        return Exit.OK;
    }

    private String query() {
        return Request.withQuery(
                "",
                Stream.of(
                        outcome == null ? "" : "outcome=" + outcome,
                        since == null ? "" : "since=" + Durations.parseTime("--since", since),
                        until == null ? "" : "until=" + Durations.parseTime("--until", until)));
    }

    private static List<String> explanation(Doc tick) {
        return Stream.of(SchedulePrinter.sentence(tick), tick.text("explain"))
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
