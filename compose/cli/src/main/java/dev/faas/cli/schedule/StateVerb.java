package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pauses or resumes schedules. */
abstract class StateVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SCHEDULE", description = "The schedules, by name or id.")
    private List<String> names = List.of();

    @Option(names = "--note", paramLabel = "TEXT", description = "Such as why.")
    private @Nullable String note;

    /**
     * @param verb of the API
     * @param done what is reported
     */
    final int tellEach(Session session, String verb, String done) {
        var schedules = new Schedules(session.api());
        var body = note == null ? Doc.empty() : Doc.empty().with("note", note);
        return EachOf.change(
                session, names, name -> SchedulePrinter.written(session, schedules.tell(name, verb, body), done));
    }
}
