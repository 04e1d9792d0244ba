package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Durations;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits activations for past times. */
@Command(
        name = "backfill",
        description = {
            "Submit an activation for each past time of a schedule.",
            "Also for times that have run, and while it is paused; at most 10000, after --from and up to --to."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule backfill nightly --from 7d --to 0s",
            "  faas schedule backfill nightly --from 2026-10-18 --to 2026-10-25",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class BackfillCommand extends Verb {
    @Parameters(paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "Times after it: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", description = "Times up to it. Default: now.")
    private @Nullable String to;

    @Option(
            names = "--overlap",
            paramLabel = "POLICY",
            description = "While an earlier activation has not ended, as in faas schedule create. Default: allowAll.")
    private @Nullable String overlap;

    @Override
    protected int run(Session session) {
        var body = Doc.empty().with("from", Durations.parseTime("--from", from).toString());
        if (to != null) { // else the server's clock decides
            body.with("to", Durations.parseTime("--to", to).toString());
        }
        if (overlap != null) {
            body.with("overlap", overlap);
        }
        var backfill = new Schedules(session.api()).submit(name, "backfill", body);
        session.output()
                .document(
                        backfill,
                        doc -> doc.text("ticks"),
                        () -> List.of("%s times are being submitted. See: faas schedule ticks %s"
                                .formatted(backfill.text("ticks"), name)));
        return Exit.OK;
    }
}
