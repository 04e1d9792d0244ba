package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Keeps the round-robin order of owners, and of the functions of each owner; {@link Scheduler} applies the limits. Every owner has
 * the same weight, however much it has queued. Not thread-safe.
 */
final class FairRotation {
    /** The first owner is next. */
    private final Map<String, SequencedSet<QueueKey>> owners = new LinkedHashMap<>();

    private int size;

    /** Puts the function last in its owner's turn, and a new owner last of all. No effect if it is present. */
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

    /** Owner by owner, in the order of their turns. */
    Stream<QueueKey> keys() {
        return owners.values().stream().flatMap(SequencedSet::stream);
    }

    int size() {
        return size;
    }

    /** Moves the first eligible function, and its owner, to the end. Functions that were skipped keep their places. */
    Optional<QueueKey> next(Predicate<QueueKey> isEligible) {
        for (var entry : owners.entrySet()) {
            var functions = entry.getValue();
            var found = functions.stream().filter(isEligible).findFirst();
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
