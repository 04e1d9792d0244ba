package dev.faas.cli.yaml;

import dev.faas.cli.Failure;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong in files, so that all of it is reported at once. */
public final class Mistakes {
    private static final int SHOWN = 50;

    private final List<String> lines = new ArrayList<>();

    public void add(Position position, String message) {
        lines.add(position + ": " + message);
    }

    public boolean isEmpty() {
        return lines.isEmpty();
    }

    public List<String> lines() {
        return lines;
    }

    /** @throws Failure when there are some */
    public void check() {
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
