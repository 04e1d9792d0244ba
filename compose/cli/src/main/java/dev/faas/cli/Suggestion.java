package dev.faas.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a user has probably meant. */
public final class Suggestion {
    private Suggestion() {}

    /** A line for an error text.
     *
     * @param command lists what there is
     */
    public static String line(String wanted, Collection<String> known, String command) {
        return closest(wanted, known)
                .map(name -> "did you mean \"%s\"? List them: %s".formatted(name, command))
                .orElse("List them: " + command);
    }

    public static Optional<String> closest(String wanted, Collection<String> known) {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        // Short words are close to anything.
        int limit = wanted.length() < 5 ? 1 : 2;
        return known.stream()
                .filter(name -> name.startsWith(wanted) || distance(wanted, name) <= limit)
                .min(Comparator.comparingInt(name -> distance(wanted, name)));
    }

    /** How many characters must be added, removed or replaced. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
