package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;

/**
 * Whose turn it is: owners in round robin, whatever they have queued, and within an owner its functions. Owners weigh the
 * same. Not thread-safe.
 */
final class FairRotation {
    /** In the order of their turns; each function's queue once. */
    private final Map<String, SequencedSet<QueueKey>> owners = new LinkedHashMap<>();

    private int size;

    /** At the end of its owner's turns, and a new owner after all others; nothing changes for one that is in already. */
    void add(QueueKey key) {
        if (owners.computeIfAbsent(key.owner(), owner -> new LinkedHashSet<>()).add(key)) {
            size++;
        }
    }

    void remove(QueueKey key) {
        var functions = owners.get(key.owner());
        if (functions != null && functions.remove(key)) {
            size--;
            if (functions.isEmpty()) {
                owners.remove(key.owner());
            }
        }
    }

    boolean contains(QueueKey key) {
        var functions = owners.get(key.owner());
        return functions != null && functions.contains(key);
    }

    int size() {
        return size;
    }

    /** The first in turn that may; it and its owner go to the end, and those passed over keep their places. */
    Optional<QueueKey> next(Predicate<QueueKey> may) {
        for (var entry : owners.entrySet()) {
            var functions = entry.getValue();
            var found = functions.stream().filter(may).findFirst();
            if (found.isPresent()) {
                functions.remove(found.get());
                functions.addLast(found.get());
                owners.remove(entry.getKey());
                owners.put(found.get().owner(), functions);
                return found;
            }
        }
        return Optional.empty();
    }
}
