package dev.faas.cli.source;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Parameters;

/** Pauses or resumes sources. */
abstract class StateVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "The sources, by name or id.")
    private List<String> names = List.of();

    /**
     * @param verb of the API
     * @param done what is reported
     */
    final int tellEach(Session session, String verb, String done) {
        var sources = new Sources(session.api());
        return EachOf.change(
                session, names, name -> SourcePrinter.written(session, sources.tell(name, verb, Doc.empty()), done));
    }
}
