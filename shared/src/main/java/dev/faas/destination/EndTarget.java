package dev.faas.destination;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.Callback.Outcome;
import dev.faas.activation.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the end of one activation goes, besides the destinations that select it. One of the first two is null.
 *
 * @param url of a receiver
 * @param destination name or id of one of the owner's
 */
public record EndTarget(@Nullable String url, @Nullable String destination, List<Outcome> on) {
    public EndTarget {
        on = List.copyOf(on);
    }

    public static List<EndTarget> of(Activation activation) {
        var targets = new ArrayList<EndTarget>();
        var callback = activation.callback();
        if (callback != null) {
            targets.add(new EndTarget(callback.url(), callback.destination(), callback.on()));
        }
        var named = activation.destinations();
        if (named != null) {
            add(targets, named.onSuccess(), Outcome.SUCCESS);
            add(targets, named.onFailure(), Outcome.FAILURE);
            add(targets, named.onEnd(), Outcome.values());
        }
        return targets;
    }

    private static void add(List<EndTarget> targets, List<String> destinations, Outcome... on) {
        destinations.forEach(destination -> targets.add(new EndTarget(null, destination, List.of(on))));
    }

    /** @param status a terminal one */
    public boolean wants(Status status) {
        return on.contains(Outcome.of(status));
    }
}
