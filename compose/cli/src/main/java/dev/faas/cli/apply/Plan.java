package dev.faas.cli.apply;

import dev.faas.cli.Doc;
import dev.faas.cli.definition.Change;
import dev.faas.cli.definition.Definition;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.Resources;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.yaml.FileErrors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must be done so that the platform has the things of the files. Making a plan changes nothing. */
final class Plan {
    private Plan() {}

    /** Of one thing. */
    enum Action {
        created,
        updated,
        unchanged,
        deleted
    }

    /**
     * One thing.
     *
     * @param wanted null: it is deleted
     * @param current null: there is none yet
     */
    record Step(
            Resources things,
            Action action,
            String name,
            @Nullable Definition wanted,
            @Nullable Doc current,
            List<Change> changes) {

        static Step delete(Resources things, Doc current) {
            return new Step(things, Action.deleted, current.text(Field.NAME), null, current, List.of());
        }

        String kind() {
            return things.fields().kind();
        }

        /** Its name for people; that of a function alone, since most files have only functions. */
        String title() {
            return kind().equals("function") ? name : kind() + "/" + name;
        }
    }

    /**
     * Makes the steps in the order of the definitions.
     *
     * @throws dev.faas.cli.Failure that lists what the server would refuse, with file, line and column
     */
    static List<Step> of(List<Resources> kinds, List<Definition> definitions) {
        var mistakes = new FileErrors();
        var steps = new ArrayList<Step>();
        for (var things : kinds) {
            var ofKind = definitions.stream()
                    .filter(definition -> definition.fields().equals(things.fields()))
                    .toList();
            var current = things.findAll(ofKind.stream().map(Definition::name).toList());
            for (var definition : ofKind) {
                try {
                    steps.add(step(things, definition, current.get(definition.name())));
                } catch (ApiFailure e) {
                    var errors = e.fieldErrors();
                    if (errors.isEmpty() || e.status() != 400) {
                        throw e;
                    }
                    errors.forEach(error -> mistakes.add(definition.at(error.field()), error.toString()));
                }
            }
        }
        mistakes.check();
        return steps;
    }

    static Step step(Resources things, Definition wanted, @Nullable Doc current) {
        if (current == null) {
            var stored = things.preview(wanted.body(), null);
            return new Step(
                    things,
                    Action.created,
                    wanted.name(),
                    wanted,
                    null,
                    things.fields().changes(stored));
        }
        var next = things.isSame(wanted.body(), current) ? current : things.preview(wanted.body(), current);
        var changes = things.fields().changes(current, next);
        return new Step(
                things, changes.isEmpty() ? Action.unchanged : Action.updated, wanted.name(), wanted, current, changes);
    }
}
