package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines of all function revisions that are used, or expected to be. Guarded by the lock of {@link SandboxPool}. */
final class RevisionPools {
    private final Map<PoolKey, RevisionPool> lines = new HashMap<>();
    /** Of each function, by its id, the revision that will be asked for. */
    private final Map<String, PoolKey> expected = new HashMap<>();

    RevisionPool getOrCreate(PoolKey key) {
        return lines.computeIfAbsent(key, k -> new RevisionPool(k, System.nanoTime()));
    }

    Collection<RevisionPool> all() {
        return lines.values();
    }

    /** See {@link SandboxPool#expect}. */
    void expect(String functionId, PoolKey key, int prewarm, int most, boolean fresh) {
        expected.put(functionId, key);
        retire(functionId, key);
        if (!fresh && prewarm == 0 && !lines.containsKey(key)) {
            return;
        }
        var line = getOrCreate(key);
        line.prewarm = prewarm;
        line.maxUseful = most;
        line.isRetired = false;
        if (fresh) {
            line.recordUse(System.nanoTime());
        }
    }

    /** The function is gone. */
    void forget(String functionId) {
        expected.remove(functionId);
        retire(functionId, null);
    }

    /** All revisions of a function but one. */
    private void retire(String functionId, @Nullable PoolKey but) {
        lines.forEach((key, line) -> {
            if (!key.equals(but) && key.spec().revision().startsWith(functionId + "@")) {
                line.isRetired = true;
            }
        });
    }

    void forget(RevisionPool line) {
        lines.remove(line.key);
    }

    /** Nobody who waits gets one any more, and no boot begins. */
    void failAllWaiters(String why) {
        for (var line : lines.values()) {
            while (!line.waiting.isEmpty()) {
                line.failNextWaiter(new BootFailed(why, null));
            }
            Boots.cancelWaiting(line);
        }
    }

    boolean isBooting() {
        return lines.values().stream().anyMatch(line -> !line.boots.isEmpty());
    }

    /** Whether a sandbox of the function's revision that will be asked for is ready. */
    boolean isReady(String functionId) {
        var key = expected.get(functionId);
        var line = key == null ? null : lines.get(key);
        return line != null && !line.idle.isEmpty();
    }

    int readyCount() {
        return lines.values().stream().mapToInt(line -> line.idle.size()).sum();
    }
}
