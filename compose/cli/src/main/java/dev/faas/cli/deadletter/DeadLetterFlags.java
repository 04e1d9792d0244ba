package dev.faas.cli.deadletter;

import dev.faas.cli.Doc;
import dev.faas.cli.activation.ActivationFlags;
import dev.faas.cli.output.Durations;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that filter dead letters. All that are given must match. */
final class DeadLetterFlags {
    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those of this function.")
    private @Nullable String function;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            completionCandidates = ActivationFlags.Reasons.class,
            description = "Only those that ended for this reason, such as exit_code, timed_out or out_of_memory.")
    private @Nullable String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those submitted since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    /** By the names of the API. */
    Doc filter() {
        var filter = Doc.empty();
        if (function != null) {
            filter.with("function", function);
        }
        if (reason != null) {
            filter.with("reason", List.of(reason));
        }
        if (since != null) {
            filter.with("since", Durations.parseTime("--since", since).toString());
        }
        return filter;
    }
}
