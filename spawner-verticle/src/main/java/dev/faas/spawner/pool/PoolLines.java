package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines of all function revisions that are used, or expected to be. Guarded by the lock of {@link SandboxPool}. */
final class PoolLines {
    private final Map<PoolKey, PoolLine> lines = new HashMap<>();

    PoolLine of(PoolKey key) {
        return lines.computeIfAbsent(key, k -> new PoolLine(k, System.nanoTime()));
    }

    Collection<PoolLine> all() {
        return lines.values();
    }

    /** See {@link SandboxPool#expect}. */
    void expect(String functionId, PoolKey key, int prewarm, int most, boolean fresh) {
        retire(functionId, key);
        if (!fresh && prewarm == 0 && !lines.containsKey(key)) {
            return;
        }
        var line = of(key);
        line.prewarm = prewarm;
        line.most = most;
        line.retired = false;
        if (fresh) {
            line.touched(System.nanoTime());
        }
    }

    /** All revisions of a function but one. */
    void retire(String functionId, @Nullable PoolKey but) {
        lines.forEach((key, line) -> {
            if (!key.equals(but) && key.spec().revision().startsWith(functionId + "@")) {
                line.retired = true;
            }
        });
    }

    void forget(PoolLine line) {
        lines.remove(line.key);
    }

    /** Nobody who waits gets one any more, and no boot begins. */
    void refuseAll(String why) {
        for (var line : lines.values()) {
            while (!line.waiting.isEmpty()) {
                line.refuse(new BootFailed(why, null));
            }
            Boots.refuse(line);
        }
    }

    boolean booting() {
        return lines.values().stream().anyMatch(line -> !line.boots.isEmpty());
    }

    int ready() {
        return lines.values().stream().mapToInt(line -> line.idle.size()).sum();
    }
}
