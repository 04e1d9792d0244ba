package dev.faas.cli;

import dev.faas.cli.http.RetryLimits;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.Output;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every verb takes. */
public final class GlobalOptions {
    @Option(
            names = "--context",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "Use this context instead of the current one.")
    @Nullable
    String context;

    @Option(
            names = "--project",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            hidden = true,
            description = "Reserved.")
    @Nullable
    String project;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORM",
            description =
                    "Print as: ${COMPLETION-CANDIDATES}. Without it: a table on a terminal; in a pipe, tab-separated values without a heading.")
    Output.@Nullable Form form;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            arity = "0..1",
            split = ",",
            fallbackValue = "",
            paramLabel = "FIELDS",
            description = "Print these fields as JSON. Without fields: list them.")
    @Nullable
    List<String> fields;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Print no progress and no notes.")
    boolean quiet;

    @Option(
            names = "--raw",
            scope = ScopeType.INHERIT,
            description = "Write control characters to the terminal as they are.")
    boolean raw;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "Print without colours.")
    boolean noColour;

    @Option(
            names = "--retry-for",
            scope = ScopeType.INHERIT,
            paramLabel = "TIME",
            description =
                    "Repeat requests without an answer for so long (default: 30s; 5m while it waits for an activation). TIME is like 500ms, 30s, 5m, 2h or 1d.")
    @Nullable
    String retryFor;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Print requests and answers to standard error, without tokens.")
    boolean debug;

    RetryLimits retryLimits() {
        if (retryFor == null) {
            return RetryLimits.DEFAULT;
        }
        var limit = Durations.parse("--retry-for", retryFor);
        return new RetryLimits(limit, limit);
    }

    Output.Settings outputSettings() {
        var chosen = fields == null
                ? null
                : fields.stream().filter(field -> !field.isEmpty()).toList();
        return new Output.Settings(form, chosen, quiet, raw, noColour);
    }
}
