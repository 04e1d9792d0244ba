package dev.faas.cli.completion;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Answers the scripts of {@link CompletionCommand}: one candidate a line, with its description after a tab. It never fails. */
@Command(name = "__complete", hidden = true, description = "Print what could stand in place of the last word.")
public final class CompleteCommand extends Verb {
    @Parameters(arity = "0..*", paramLabel = "WORD", description = "The words behind the program's name.")
    private List<String> words = List.of();

    @Override
    protected int run(Session session) {
        var context = WordContext.of(spec().root().commandLine(), words);
        var text = new StringBuilder();
        context.candidates(new Names(session.terminal(), session.access()))
                .forEach(candidate -> text.append(candidate.line()).append('\n'));
        session.output().streams().out(text.toString());
        return Exit.OK;
    }
}
