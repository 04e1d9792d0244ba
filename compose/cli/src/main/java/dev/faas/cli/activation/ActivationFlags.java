package dev.faas.cli.activation;

import dev.faas.cli.Failure;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.output.Durations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that filter a list of activations. All that are given must match. */
final class ActivationFlags {
    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those of this function.")
    private @Nullable String function;

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS,…",
            description = "Only those in these states: ${COMPLETION-CANDIDATES}.")
    private List<Status> status = new ArrayList<>();

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            completionCandidates = Reasons.class,
            description = "Only those that ended for this reason, such as exit_code, timed_out or out_of_memory.")
    private @Nullable String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those submitted since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only those submitted before then.")
    private @Nullable String until;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Only those with this tag; may be repeated.")
    private List<String> tags = new ArrayList<>();

    /** For the completion of shells. */
    static final class Reasons extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Reasons() {
            super(List.of(
                    "exit_code",
                    "out_of_memory",
                    "timed_out",
                    "signal",
                    "image_not_found",
                    "image_pull_failed",
                    "start_failed",
                    "worker_lost",
                    "function_deleted",
                    "cancelled_by_user",
                    "cancelled_by_schedule",
                    "queue_ttl"));
        }
    }

    /** An empty list is also that of a function that never was: fails then. */
    void checkFunction(Api api) {
        if (function != null) {
            new Functions(api).get(function);
        }
    }

    ActivationQuery query() {
        var query = new ActivationQuery();
        if (function != null) {
            query.with("function", function);
        }
        query.in(status.toArray(Status[]::new));
        if (reason != null) {
            query.with("reason", reason);
        }
        if (since != null) {
            query.with("since", Durations.parseTime("--since", since));
        }
        if (until != null) {
            query.with("until", Durations.parseTime("--until", until));
        }
        tags.forEach(tag -> query.with("tag", withColon(tag)));
        return query;
    }

    static String withColon(String tag) {
        int equals = tag.indexOf('=');
        if (equals < 1) {
            throw Failure.usage("--tag: '%s' is not KEY=VALUE".formatted(tag));
        }
        return tag.substring(0, equals) + ":" + tag.substring(equals + 1);
    }
}
