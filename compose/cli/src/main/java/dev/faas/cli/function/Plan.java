package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.yaml.FileErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must be done so that the platform has the functions of the files. Making a plan changes nothing. */
final class Plan {
    /** More single reads than this cost more than a list of all. */
    private static final int FEW = 5;

    private Plan() {}

    /** Of one function. */
    enum Action {
        created,
        updated,
        unchanged,
        deleted
    }

    /**
     * One function.
     *
     * @param wanted null: it is deleted
     * @param current null: there is none yet
     */
    record Step(
            Action action,
            String name,
            @Nullable Definition wanted,
            @Nullable Doc current,
            List<Spec.Change> changes) {

        static Step delete(Doc current) {
            return new Step(Action.deleted, current.text(Field.NAME), null, current, List.of());
        }
    }

    /** @throws dev.faas.cli.Failure that lists what the server would refuse, with file, line and column */
    static List<Step> of(Functions functions, List<Definition> definitions) {
        var current = current(functions, definitions);
        var mistakes = new FileErrors();
        var steps = new ArrayList<Step>();
        for (var definition : definitions) {
            try {
                steps.add(step(functions, definition, current.get(definition.name())));
            } catch (ApiFailure e) {
                var errors = e.fieldErrors();
                if (errors.isEmpty() || e.status() != 400) {
                    throw e;
                }
                errors.forEach(error -> mistakes.add(definition.at(error.field()), error.toString()));
            }
        }
        mistakes.check();
        return steps;
    }

    static Step step(Functions functions, Definition wanted, @Nullable Doc current) {
        if (current == null) {
            var stored = functions.preview(wanted.body(), null);
            return new Step(Action.created, wanted.name(), wanted, null, Spec.changes(stored));
        }
        var next = Spec.asStored(wanted.body(), current);
        boolean same = Spec.isSame(next, current);
        if (!same || wanted.body().get(Field.MODE) == null) {
            next = functions.preview(wanted.body(), current);
        }
        var changes = Spec.changes(current, next);
        return new Step(changes.isEmpty() ? Action.unchanged : Action.updated, wanted.name(), wanted, current, changes);
    }

    private static Map<String, Doc> current(Functions functions, List<Definition> definitions) {
        if (definitions.size() > FEW) {
            return functions.list(Map.of(), true).stream()
                    .collect(Collectors.toMap(function -> function.text(Field.NAME), function -> function));
        }
        var current = new HashMap<String, Doc>();
        for (var definition : definitions) {
            functions.find(definition.name()).ifPresent(found -> current.put(definition.name(), found));
        }
        return current;
    }
}
