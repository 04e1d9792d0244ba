package dev.faas.lifecycle;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lets a log have one line for a thing that fails again and again. Beyond 10,000 things there are no more lines. */
public final class OncePerId {
    private static final int MOST_REMEMBERED = 10_000;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** False for an id that was given before. */
    public boolean isFirst(String id) {
        return known.size() < MOST_REMEMBERED && known.add(id);
    }
}
