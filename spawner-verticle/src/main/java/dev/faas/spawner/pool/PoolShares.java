package dev.faas.spawner.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Divides a budget of sandboxes among those who want some: owners in turns, and within an owner its functions. */
final class PoolShares {
    private PoolShares() {}

    /** @param wants how many each would have; what nobody may have is not in the answer */
    static Map<PoolKey, Integer> of(Map<PoolKey, Integer> wants, int budget) {
        var turns = new LinkedHashMap<String, ArrayDeque<PoolKey>>();
        wants.forEach((key, wanted) -> {
            if (wanted > 0) {
                turns.computeIfAbsent(key.owner(), owner -> new ArrayDeque<>()).add(key);
            }
        });
        var shares = new HashMap<PoolKey, Integer>();
        List<ArrayDeque<PoolKey>> owners = new ArrayList<>(turns.values());
        int left = budget;
        while (left > 0 && !owners.isEmpty()) {
            for (var functions : owners) {
                if (left == 0) {
                    break;
                }
                var key = functions.removeFirst();
                if (shares.merge(key, 1, Integer::sum) < wants.getOrDefault(key, 0)) {
                    functions.addLast(key);
                }
                left--;
            }
            owners.removeIf(ArrayDeque::isEmpty);
        }
        return shares;
    }
}
