package dev.faas.spawner.pool;

import dev.faas.wire.Capacity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Divides a budget of sandboxes, and the room for their containers: one at a time, round robin over owners, and over the functions of each owner. */
final class PoolShares {
    private PoolShares() {}

    /** Pools that get nothing are missing from the result. */
    static Map<PoolKey, Integer> of(Map<PoolKey, Integer> targets, int budget, Capacity room) {
        var queues = new LinkedHashMap<String, ArrayDeque<PoolKey>>();
        targets.forEach((key, target) -> {
            if (target > 0) {
                queues.computeIfAbsent(key.owner(), owner -> new ArrayDeque<>()).add(key);
            }
        });
        var shares = new HashMap<PoolKey, Integer>();
        List<ArrayDeque<PoolKey>> owners = new ArrayList<>(queues.values());
        int left = budget;
        var leftRoom = room;
        while (left > 0 && !owners.isEmpty()) {
            for (var functions : owners) {
                if (left == 0) {
                    break;
                }
                var key = functions.removeFirst();
                var need = key.spec().limits().capacity();
                if (!leftRoom.holds(need)) {
                    continue;
                }
                leftRoom = leftRoom.minus(need);
                if (shares.merge(key, 1, Integer::sum) < targets.getOrDefault(key, 0)) {
                    functions.addLast(key);
                }
                left--;
            }
            owners.removeIf(ArrayDeque::isEmpty);
        }
        return shares;
    }
}
