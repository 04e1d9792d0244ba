package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps a pool for each function revision in use or expected to be used. Guarded by the lock of {@link SandboxPool}. */
final class RevisionPools {
    private final Map<PoolKey, RevisionPool> byKey = new HashMap<>();

    RevisionPool getOrCreate(PoolKey key) {
        return byKey.computeIfAbsent(key, k -> new RevisionPool(k, System.nanoTime()));
    }

    Collection<RevisionPool> all() {
        return byKey.values();
    }

    /** See {@link SandboxPool#expect}. */
    void expect(String functionId, PoolKey key, int prewarm, int maxUseful, boolean fresh) {
        retireAllBut(key, functionId);
        if (!fresh && prewarm == 0 && !byKey.containsKey(key)) {
            return;
        }
        var pool = getOrCreate(key);
        pool.prewarm = prewarm;
        pool.maxUseful = maxUseful;
        pool.isRetired = false;
        if (fresh) {
            pool.recordUse(System.nanoTime());
        }
    }

    /** The function was deleted. */
    void forget(String functionId) {
        retireAllBut(null, functionId);
    }

    private void retireAllBut(@Nullable PoolKey kept, String functionId) {
        byKey.forEach((key, pool) -> {
            if (!key.equals(kept) && key.spec().revision().startsWith(functionId + "@")) {
                pool.isRetired = true;
            }
        });
    }

    void forget(RevisionPool pool) {
        byKey.remove(pool.key);
    }

    /** Fails every waiting run and cancels the boots that have not begun. */
    void failAllWaiters(String why) {
        for (var pool : byKey.values()) {
            while (!pool.waiting.isEmpty()) {
                pool.failNextWaiter(new BootFailed(why, null));
            }
            Boots.cancelWaiting(pool);
        }
    }

    boolean isBooting() {
        return byKey.values().stream().anyMatch(pool -> !pool.boots.isEmpty());
    }

    int readyCount() {
        return byKey.values().stream().mapToInt(pool -> pool.idle.size()).sum();
    }
}
