package dev.faas.cli;

import dev.faas.cli.http.ApiFailure;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

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

    /**
     * The failure of a call that named something that is not there, with the name that was probably meant; another failure as it is.
     *
     * @param kind such as {@code secret}, with the code {@code secret_not_found}
     * @param field of the list, for the names
     * @param command lists what there is
     */
    public static ApiFailure ifMissing(
            ApiFailure e, String kind, String wanted, Supplier<List<Doc>> list, String field, String command) {
        return e.code().equals(kind + "_not_found") && !e.isAfterRepeat()
                ? e.explained(
                        "no %s \"%s\"".formatted(kind, wanted), List.of(line(wanted, names(e, list, field), command)))
                : e;
    }

    /** The names of what there is; none when they cannot be had, because the failure that matters is the first. */
    public static List<String> names(Failure first, Supplier<List<Doc>> list, String field) {
        try {
            return list.get().stream().map(doc -> doc.text(field)).toList();
        } catch (Failure noList) {
            noList.addSuppressed(first);
            return List.of();
        }
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

    /** How many characters must be added, removed or replaced, or neighbours exchanged. */
    private static int distance(String a, String b) {
        var table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                table[i][j] = i == 0 || j == 0 ? i + j : cheapest(table, a, b, i, j);
            }
        }
        return table[a.length()][b.length()];
    }

    private static int cheapest(int[][] table, String a, String b, int i, int j) {
        int replace = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, 1 + Math.min(table[i - 1][j], table[i][j - 1]));
        boolean isExchange = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return isExchange ? Math.min(best, 1 + table[i - 2][j - 2]) : best;
    }
}
