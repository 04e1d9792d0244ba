package dev.faas.spawner.schedule;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Divides each owner's platform-wide limit of runs among the spawners that take work, in proportion to their slots. The shares
 * add up to the limit and need no coordination; what remains of the division goes to another spawner for each owner. When a
 * spawner starts, stops or gets into trouble the shares change, but runs in progress continue: until they end an owner may
 * exceed the limit. Thread-safe.
 */
public final class OwnerShare implements ToIntFunction<String> {
    /**
     * @param alive the heartbeats that it was made of
     * @param slotsBefore of the spawners before this one, in the order of their names
     * @param slots of this one
     * @param allSlots of all
     */
    private record Division(List<SpawnerHeartbeat> alive, long slotsBefore, int slots, long allSlots) {}

    /** More runs than there can be. */
    public static final int NO_LIMIT = 1_000_000;

    private static final int HASH_MULTIPLIER = 0x9E3779B9;

    private final ToIntFunction<String> limits;
    private final String self;
    private final int slots;
    private final Supplier<List<SpawnerHeartbeat>> heartbeats;
    private volatile @Nullable Division lastDivision;

    /**
     * @param limits of an owner's runs on all spawners; {@link #NO_LIMIT} is not divided
     * @param heartbeats of spawners that are alive; this one may be missing
     */
    public OwnerShare(
            ToIntFunction<String> limits, String self, int slots, Supplier<List<SpawnerHeartbeat>> heartbeats) {
        this.limits = limits;
        this.self = self;
        this.slots = slots;
        this.heartbeats = heartbeats;
    }

    /** How many runs of this owner may be here. The division is kept until a heartbeat changes. */
    @Override
    public int applyAsInt(String owner) {
        int limit = limits.applyAsInt(owner);
        if (limit == NO_LIMIT) {
            return limit;
        }
        var now = currentDivision();
        // A place from 0 to allSlots, the same on every spawner, from which this owner's rounding begins.
        long offset = (Integer.toUnsignedLong(owner.hashCode() * HASH_MULTIPLIER) * now.allSlots()) >>> Integer.SIZE;
        // The difference of two running totals, rounded the same way on every spawner: so the shares add up exactly.
        long before = total(limit, now.slotsBefore(), offset, now);
        return (int) (total(limit, now.slotsBefore() + now.slots(), offset, now) - before);
    }

    private static long total(int limit, long slotsSoFar, long offset, Division of) {
        return (limit * slotsSoFar + offset) / of.allSlots();
    }

    private Division currentDivision() {
        var alive = heartbeats.get();
        var last = lastDivision;
        if (last == null || !last.alive().equals(alive)) {
            last = divide(alive);
            lastDivision = last;
        }
        return last;
    }

    private Division divide(List<SpawnerHeartbeat> alive) {
        var slotsOf = new TreeMap<String, Integer>();
        slotsOf.put(self, slots);
        alive.forEach(beat -> slotsOf.put(beat.spawner(), beat.slots()));
        var working = new TreeMap<>(slotsOf);
        alive.stream().filter(beat -> beat.trouble() != null).forEach(beat -> working.put(beat.spawner(), 0));
        // If all are in trouble, the first that recovers has its share already.
        var counted = sum(working) > 0 ? working : slotsOf;
        return new Division(alive, sum(counted.headMap(self)), counted.get(self), sum(counted));
    }

    private static long sum(Map<String, Integer> slotsOf) {
        return slotsOf.values().stream().mapToLong(Integer::longValue).sum();
    }
}
