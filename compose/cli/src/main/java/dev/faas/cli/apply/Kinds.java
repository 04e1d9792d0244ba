package dev.faas.cli.apply;

import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.Resources;
import dev.faas.cli.destination.Destinations;
import dev.faas.cli.function.Functions;
import dev.faas.cli.hook.Hooks;
import dev.faas.cli.http.Api;
import dev.faas.cli.schedule.Schedules;
import dev.faas.cli.source.Sources;
import java.util.List;

/** What a file may define, in the order in which it is made. */
final class Kinds {
    static final List<Fields> FIELDS =
            List.of(Functions.FIELDS, Schedules.FIELDS, Hooks.FIELDS, Sources.FIELDS, Destinations.FIELDS);

    private Kinds() {}

    static List<Resources> of(Api api) {
        return List.of(new Functions(api), new Schedules(api), new Hooks(api), new Sources(api), new Destinations(api));
    }
}
