package dev.faas.spawner.schedule;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.List;
import java.util.TreeMap;

/**
 * What one spawner may run of an owner whose runs are limited on all of them together: the limit divided by their slots, so
 * that the parts add up to it, and nobody has to be asked. Whoever comes or goes changes the parts; runs that are under way
 * stay, so that until they have ended an owner may have more than the limit.
 */
public final class OwnerShare {
    private OwnerShare() {}

    /** @param alive all that are heard of; this one need not be among them yet */
    public static int of(int limit, String self, int slots, List<SpawnerHeartbeat> alive) {
        var slotsOf = new TreeMap<String, Integer>();
        alive.forEach(beat -> slotsOf.put(beat.spawner(), beat.slots()));
        slotsOf.put(self, slots);
        long all = slotsOf.values().stream().mapToLong(Integer::longValue).sum();
        long before = slotsOf.headMap(self).values().stream()
                .mapToLong(Integer::longValue)
                .sum();
        // Each by the difference of two sums that are rounded the same way everywhere: nothing is lost and nothing
        // added.
        return (int) (limit * (before + slots) / all - limit * before / all);
    }
}
