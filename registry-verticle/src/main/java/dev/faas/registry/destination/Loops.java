package dev.faas.registry.destination;

import dev.faas.activation.Activation.Cause;
import dev.faas.destination.DestinationSpec;
import dev.faas.wire.Problem;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds destinations whose calls of functions would come around. */
final class Loops {
    private static final String ENDS = DestinationSpec.eventType("");

    private Loops() {}

    /**
     * The names along a shortest loop, from the given destination back to it. One that allows loops is no part of any.
     *
     * @param others of the same owner
     */
    static Optional<List<String>> find(DestinationSpec begin, List<DestinationSpec> others) {
        var before = new HashMap<DestinationSpec, @Nullable DestinationSpec>();
        var queue = new ArrayDeque<DestinationSpec>();
        for (var at = begin; at != null; at = queue.poll()) {
            if (isCalledAfter(at, begin)) {
                return Optional.of(path(before, at, begin));
            }
            for (var next : others) {
                if (isCalledAfter(at, next) && !before.containsKey(next)) {
                    before.put(next, at);
                    queue.add(next);
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> path(
            Map<DestinationSpec, @Nullable DestinationSpec> before, DestinationSpec last, DestinationSpec begin) {
        var names = new ArrayDeque<>(List.of(begin.name()));
        for (@Nullable DestinationSpec at = last; at != null && !at.equals(begin); at = before.get(at)) {
            names.addFirst(at.name());
        }
        names.addFirst(begin.name());
        return List.copyOf(names);
    }

    /** Activations that a destination submits have no tags, so none that selects by tags gets their ends. */
    private static boolean isCalledAfter(DestinationSpec first, DestinationSpec next) {
        var called = first.function();
        var selection = next.selection();
        return called != null
                && !called.allowLoop()
                && next.function() != null
                && !next.function().allowLoop()
                && selection.tags().isEmpty()
                && selection.events().stream().anyMatch(event -> event.startsWith(ENDS))
                && (selection.functions().isEmpty()
                        || selection.functions().contains(called.id())
                        || selection.functions().contains(called.name()));
    }

    static Problem problem(List<String> names) {
        return Problem.of(
                422,
                "destination_loop",
                "Destination loop",
                "Calls would come around in a loop: " + String.join(" -> ", names)
                        + ". Select other functions in 'functions', or set 'allowLoop'; then each chain ends after "
                        + Cause.MAX_DEPTH + " calls.");
    }
}
