package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits an activation of a schedule now. */
@Command(
        name = "trigger",
        description = {
            "Submit an activation of a schedule now, and print its id.",
            "Also while it is paused. It does not count as one of its times."
        },
        footer = {
            "",
            "Examples:",
            "  faas schedule trigger nightly",
            "  faas act wait $(faas schedule trigger nightly)",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class TriggerCommand extends Verb {
    private static final int PAUSE_MS = 50;
    private static final int MOST_LOOKS = 100;

    @Parameters(paramLabel = "SCHEDULE", description = "The schedule, by name or id.")
    private String name = "";

    @Option(
            names = "--overlap",
            paramLabel = "POLICY",
            description = "While an earlier activation has not ended, as in faas schedule create. Default: both run.")
    private @Nullable String overlap;

    @Override
    protected int run(Session session) throws InterruptedException {
        var body = overlap == null ? Doc.empty() : Doc.empty().with("overlap", overlap);
        var schedules = new Schedules(session.api());
        var tick = schedules.submit(name, "trigger", body);
        // Its activation can be asked for once its submit was accepted.
        for (int i = 0; i < MOST_LOOKS && tick.text("outcome").equals("claimed"); i++) {
            Thread.sleep(PAUSE_MS);
            tick = schedules.tick(name, tick.text("nominalTime"));
        }
        print(session, tick);
        return Exit.OK;
    }

    private static void print(Session session, Doc tick) {
        session.output()
                .document(
                        tick,
                        doc -> doc.text("activationId"),
                        () -> tick.find("activationId").stream().toList());
        if (!tick.text("outcome").equals("fired")) {
            session.output().note(tick.text("explain"));
        }
    }
}
