package dev.faas.cli;

import java.util.Set;
import picocli.CommandLine;

/** Verbs whose words after the first one are not ours: they belong to a command that a container runs. */
final class StopAtPositional {
    private static final Set<String> VERBS = Set.of("run");

    private StopAtPositional() {}

    static void apply(CommandLine root) {
        root.getSubcommands().forEach((name, verb) -> {
            if (VERBS.contains(name)) {
                verb.setStopAtPositional(true);
            }
        });
    }
}
