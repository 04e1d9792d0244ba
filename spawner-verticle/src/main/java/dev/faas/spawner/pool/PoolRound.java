package dev.faas.spawner.pool;

import dev.faas.wire.Capacity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Plans one round over all revision pools: which sandboxes to discard, and which to boot ahead. Changes nothing. */
final class PoolRound {
    record Discard(RevisionPool pool, IdleSandbox sandbox) {}

    private final List<Discard> discards = new ArrayList<>();
    private final List<RevisionPool> boots = new ArrayList<>();
    private final List<RevisionPool> unusedPools = new ArrayList<>();

    private PoolRound() {}

    /**
     * @param room for all that are ready or boot ahead
     * @param bootTime how long a boot takes
     * @param now {@link System#nanoTime}
     */
    static PoolRound of(
            Collection<RevisionPool> pools, SandboxPool.Limits limits, Capacity room, Duration bootTime, long now) {
        var targets = new HashMap<PoolKey, Integer>();
        pools.forEach(pool -> targets.put(pool.key, pool.targetSize(now, bootTime, limits.idle())));
        var shares = PoolShares.of(targets, limits.budget(), room);
        var round = new PoolRound();
        int left = round.planDiscards(pools, shares, limits.budget(), now);
        round.planBoots(pools, shares, limits.budget() - left, now);
        pools.stream()
                .filter(pool -> pool.isEmpty() && targets.getOrDefault(pool.key, 0) == 0)
                .forEach(round.unusedPools::add);
        return round;
    }

    /** Returns how many sandboxes remain, ready or booting ahead. */
    private int planDiscards(Collection<RevisionPool> pools, Map<PoolKey, Integer> shares, int budget, long now) {
        int total = pools.stream().mapToInt(RevisionPool::unclaimed).sum();
        for (var pool : pools) {
            int surplus = pool.unclaimed() - shares.getOrDefault(pool.key, 0);
            for (var each : pool.idle) { // oldest first
                boolean keep =
                        now - each.idleSince() < pool.surplusKeepTime().toNanos() && total <= budget && !pool.isRetired;
                if (!each.sandbox().isAlive() || (surplus > 0 && !keep)) {
                    discards.add(new Discard(pool, each));
                    surplus--;
                    total--;
                }
            }
        }
        return total;
    }

    private void planBoots(Collection<RevisionPool> pools, Map<PoolKey, Integer> shares, int places, long now) {
        // Demand goes first: no boots ahead for an owner whose runs wait for a boot.
        var ownersWaiting = pools.stream()
                .filter(pool -> !pool.waiting.isEmpty())
                .map(pool -> pool.key.owner())
                .collect(Collectors.toSet());
        int left = places;
        for (var pool : pools) {
            int missing = pool.isPaused(now) || ownersWaiting.contains(pool.key.owner())
                    ? 0
                    : shares.getOrDefault(pool.key, 0) - pool.unclaimed();
            for (int i = 0; i < missing && left > 0; i++, left--) {
                boots.add(pool);
            }
        }
    }

    List<Discard> discards() {
        return discards;
    }

    List<RevisionPool> boots() {
        return boots;
    }

    /** Pools without any sandbox, boot or waiting run, and with a target size of 0. */
    List<RevisionPool> unusedPools() {
        return unusedPools;
    }
}
