package dev.faas.cli.schedule;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Resumes schedules. */
@Command(
        name = "resume",
        description = "Resume paused schedules: they go on with their next times.",
        footer = {
            "",
            "Examples:",
            "  faas schedule resume nightly",
            "  faas schedule list --state paused -o name | xargs faas schedule resume",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused. The others are resumed."
        })
final class ResumeCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SCHEDULE", description = "The schedules, by name or id.")
    private List<String> names = List.of();

    @Option(names = "--note", paramLabel = "TEXT", description = "Such as why.")
    private @Nullable String note;

    @Override
    protected int run(Session session) {
        var schedules = new Schedules(session.api());
        return EachOf.change(
                session,
                names,
                name -> SchedulePrinter.written(session, schedules.tell(name, "resume", note), "Resumed"));
    }
}
