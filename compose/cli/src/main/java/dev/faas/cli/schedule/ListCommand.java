package dev.faas.cli.schedule;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Field;
import dev.faas.cli.http.Request;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists schedules. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your schedules by name.",
        footer = {
            "",
            "Examples:",
            "  faas schedule list",
            "  faas schedule list --state paused -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such function, 5 unavailable."
        })
final class ListCommand extends Verb {
    /** As the server names them. */
    enum State {
        active,
        paused,
        completed,
        function_deleted
    }

    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those of this function.")
    private @Nullable String function;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only those in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    @Override
    protected int run(Session session) {
        var path = Request.withQuery(
                Schedules.ALL,
                Stream.of(
                        function == null ? "" : "function=" + Request.encode(function),
                        state == null ? "" : "state=" + state));
        return session.list(
                path,
                SchedulePrinter.COLUMNS,
                Field.NAME,
                path.equals(Schedules.ALL)
                        ? "No schedules. Create one: faas schedule create NAME --function FUNCTION --cron PATTERN"
                        : "No schedule matches.");
    }
}
