package dev.faas.cli.hook;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Parameters;

/** Pauses or resumes hooks. */
abstract class StateVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "HOOK", description = "The hooks, by name or id.")
    private List<String> names = List.of();

    /**
     * @param verb of the API
     * @param done what is reported
     */
    final int tellEach(Session session, String verb, String done) {
        var hooks = new Hooks(session.api());
        return EachOf.change(
                session, names, name -> HookPrinter.written(session, hooks.tell(name, verb, Doc.empty()), done));
    }
}
