package dev.faas.cli.output;

import dev.faas.cli.Failure;
import picocli.CommandLine.Option;

/** The flag of verbs that list the newest. */
public final class ListLimit {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    /** Fails unless it is 1 or more. */
    public int checked() {
        if (limit < 1) {
            throw Failure.usage("--limit: it must be 1 or more");
        }
        return limit;
    }

    /** Fails as {@link #checked} does, also when all are wanted. */
    public int orAll(boolean all) {
        int checked = checked();
        return all ? Integer.MAX_VALUE : checked;
    }
}
