package dev.faas.dispatcher.delivery;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What attempts tell about a destination.
 *
 * @param succeeded one of them did
 * @param failures after the last success
 * @param pause the receiver wants no request before
 * @param gone it wants no more at all
 * @param probe one that failed was to decide whether the circuit closes
 */
record Health(
        String destination,
        boolean succeeded,
        int failures,
        @Nullable Duration pause,
        boolean gone,
        boolean probe) {

    /** By destination. */
    static List<Health> of(List<Attempted> attempted) {
        var all = new LinkedHashMap<String, Health>();
        for (var each : attempted) {
            var id = each.delivery().destination().id();
            all.merge(id, of(id, each), Health::then);
        }
        return List.copyOf(all.values());
    }

    private static Health of(String id, Attempted attempted) {
        boolean failed = attempted.isFailure();
        return new Health(
                id,
                attempted.isSuccess(),
                failed ? 1 : 0,
                attempted.pause().orElse(null),
                attempted.isGone(),
                failed && attempted.delivery().probe());
    }

    private Health then(Health later) {
        return later.succeeded
                ? later
                : new Health(
                        destination,
                        succeeded,
                        failures + later.failures,
                        Optional.ofNullable(later.pause).orElse(pause),
                        gone || later.gone,
                        probe || later.probe);
    }
}
