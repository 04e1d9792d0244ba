package dev.faas.spawner.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What one look at all lines comes to: which sandboxes go, and for which lines some are booted ahead. Changes nothing. */
final class PoolRound {
    record Discard(RevisionPool pool, IdleSandbox sandbox) {}

    private final List<Discard> discards = new ArrayList<>();
    private final List<RevisionPool> boots = new ArrayList<>();
    private final List<RevisionPool> unusedPools = new ArrayList<>();

    private PoolRound() {}

    /**
     * @param bootTime what a boot takes
     * @param now {@link System#nanoTime}
     */
    static PoolRound of(Collection<RevisionPool> lines, SandboxPool.Limits limits, Duration bootTime, long now) {
        var wants = new HashMap<PoolKey, Integer>();
        lines.forEach(line -> wants.put(line.key, line.targetSize(now, bootTime, limits.idle())));
        var shares = PoolShares.of(wants, limits.budget());
        var round = new PoolRound();
        int left = round.discards(lines, shares, limits.budget(), now);
        round.boots(lines, shares, limits.budget() - left, now);
        lines.stream()
                .filter(line -> line.isEmpty() && wants.getOrDefault(line.key, 0) == 0)
                .forEach(round.unusedPools::add);
        return round;
    }

    /** How many are left. */
    private int discards(Collection<RevisionPool> lines, Map<PoolKey, Integer> shares, int budget, long now) {
        int total = lines.stream().mapToInt(RevisionPool::unclaimed).sum();
        for (var line : lines) {
            int tooMany = line.unclaimed() - shares.getOrDefault(line.key, 0);
            for (var each : line.idle) { // the oldest first
                boolean kept =
                        now - each.idleSince() < line.surplusKeepTime().toNanos() && total <= budget && !line.isRetired;
                if (!each.sandbox().isAlive() || (tooMany > 0 && !kept)) {
                    discards.add(new Discard(line, each));
                    tooMany--;
                    total--;
                }
            }
        }
        return total;
    }

    private void boots(Collection<RevisionPool> lines, Map<PoolKey, Integer> shares, int places, long now) {
        // Demand goes first: for an owner who waits for a boot none is made ahead. Who goes before whom says the gate.
        var waiting = lines.stream()
                .filter(line -> !line.waiting.isEmpty())
                .map(line -> line.key.owner())
                .collect(Collectors.toSet());
        int left = places;
        for (var line : lines) {
            int missing = line.isPaused(now) || waiting.contains(line.key.owner())
                    ? 0
                    : shares.getOrDefault(line.key, 0) - line.unclaimed();
            for (int i = 0; i < missing && left > 0; i++, left--) {
                boots.add(line);
            }
        }
    }

    List<Discard> discards() {
        return discards;
    }

    List<RevisionPool> boots() {
        return boots;
    }

    /** Nothing of them is left, and nothing wanted. */
    List<RevisionPool> unusedPools() {
        return unusedPools;
    }
}
