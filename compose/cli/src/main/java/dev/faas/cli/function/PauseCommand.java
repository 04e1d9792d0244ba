package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pauses functions. */
@Command(
        name = "pause",
        description = {
            "Pause functions: what runs goes on, and nothing begins until they are resumed.",
            "Submits are accepted and wait."
        },
        footer = {
            "",
            "Examples:",
            "  faas fn pause resize --note 'the database is being moved'",
            "  faas fn pause resize --refuse",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable. The others are paused."
        })
final class PauseCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The functions.")
    private List<String> names = List.of();

    @Option(names = "--note", paramLabel = "TEXT", description = "Such as why.")
    private @Nullable String note;

    @Option(names = "--refuse", description = "Refuse submits meanwhile.")
    private boolean refuse;

    @Override
    protected int run(Session session) {
        var functions = new Functions(session.api());
        var body = note == null ? Doc.empty() : Doc.empty().with("note", note);
        var asked = refuse ? body.with("submits", "refuse") : body;
        return EachOf.change(
                session,
                names,
                name -> FunctionPrinter.written(session, functions.tell(name, "pause", asked), "Paused"));
    }
}
