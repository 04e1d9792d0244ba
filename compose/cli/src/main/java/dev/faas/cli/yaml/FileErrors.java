package dev.faas.cli.yaml;

import dev.faas.cli.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong in files, so that all of it is reported at once. */
public final class FileErrors {
    private static final int SHOWN = 50;

    private final List<Mistake> found = new ArrayList<>();
    private final List<String> files = new ArrayList<>();

    private record Mistake(Position position, String message) {}

    public void add(Position position, String message) {
        if (!files.contains(position.file())) {
            files.add(position.file());
        }
        found.add(new Mistake(position, message));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** In the order of the files. */
    public List<String> lines() {
        return found.stream()
                .sorted(Comparator.<Mistake>comparingInt(
                                mistake -> files.indexOf(mistake.position().file()))
                        .thenComparingInt(mistake -> mistake.position().line())
                        .thenComparingInt(mistake -> mistake.position().column()))
                .map(mistake -> mistake.position() + ": " + mistake.message())
                .toList();
    }

    /** @throws Failure when there are some */
    public void check() {
        var lines = lines();
        if (lines.isEmpty()) {
            return;
        }
        var shown = new ArrayList<>(lines.subList(0, Math.min(SHOWN, lines.size())));
        if (lines.size() > SHOWN) {
            shown.add("and %d more".formatted(lines.size() - SHOWN));
        }
        throw Failure.usage(
                lines.size() == 1
                        ? "one mistake; nothing was changed"
                        : lines.size() + " mistakes; nothing was changed",
                shown.toArray(String[]::new));
    }
}
