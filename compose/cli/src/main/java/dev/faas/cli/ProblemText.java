package dev.faas.cli;

import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.output.ControlCharacters;

/** Renders a failure: what happened, then what to do. */
final class ProblemText {
    private ProblemText() {}

    /** @param json as one line: the server's problem, or one of the same form */
    static String of(Failure failure, boolean json) {
        if (json) {
            var problem =
                    failure instanceof ApiFailure api && !api.problem().fields().isEmpty()
                            ? api.problem()
                            : Doc.empty()
                                    .with("title", failure.text())
                                    .with("detail", String.join(" ", failure.advice()))
                                    .with("exitCode", failure.exit());
            return Doc.compact(problem) + "\n";
        }
        var text = new StringBuilder("faas: ").append(failure.text());
        failure.advice().stream()
                .filter(line -> !line.isEmpty())
                .forEach(line -> text.append('\n').append(line));
        return ControlCharacters.escape(text.append('\n').toString());
    }
}
