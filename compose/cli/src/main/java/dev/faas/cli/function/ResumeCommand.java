package dev.faas.cli.function;

import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Resumes functions. */
@Command(
        name = "resume",
        description = "Resume functions: what waits begins.",
        footer = {
            "",
            "Examples:",
            "  faas fn resume resize",
            "  faas fn list -o name | xargs faas fn resume",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable. The others are resumed."
        })
final class ResumeCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The functions.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var functions = new Functions(session.api());
        return EachOf.change(
                session,
                names,
                name -> FunctionPrinter.written(session, functions.tell(name, "resume", null), "Resumed"));
    }
}
