package dev.faas.spawner.schedule;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.List;
import java.util.TreeMap;

/**
 * Divides an owner's platform-wide limit of runs among the spawners, in proportion to their slots. The shares add up to the
 * limit and need no coordination. When a spawner starts or stops the shares change, but runs in progress continue: until
 * they end an owner may exceed the limit.
 */
public final class OwnerShare {
    private OwnerShare() {}

    /** @param alive spawners with a recent heartbeat; this one may be missing */
    public static int of(int limit, String self, int slots, List<SpawnerHeartbeat> alive) {
        var slotsOf = new TreeMap<String, Integer>();
        alive.forEach(beat -> slotsOf.put(beat.spawner(), beat.slots()));
        slotsOf.put(self, slots);
        long all = slotsOf.values().stream().mapToLong(Integer::longValue).sum();
        long slotsBefore = slotsOf.headMap(self).values().stream()
                .mapToLong(Integer::longValue)
                .sum();
        // The difference of two running totals, rounded the same way on every spawner: so the shares add up exactly.
        return (int) (limit * (slotsBefore + slots) / all - limit * slotsBefore / all);
    }
}
