package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Parameters;

/** Enables or disables destinations. */
abstract class StateVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "DESTINATION", description = "The destinations, by name or id.")
    private List<String> names = List.of();

    /**
     * @param verb of the API
     * @param done what is reported
     */
    final int tellEach(Session session, String verb, String done) {
        var destinations = new Destinations(session.api());
        return EachOf.change(
                session,
                names,
                name -> DestinationPrinter.written(session, destinations.tell(name, verb, Doc.empty()), done));
    }
}
