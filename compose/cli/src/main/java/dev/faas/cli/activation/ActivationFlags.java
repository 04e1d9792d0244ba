package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.output.Durations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that filter a list of activations. All that are given must match. */
public final class ActivationFlags {
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

    @Option(
            names = "--trigger",
            paramLabel = "ID",
            description = "Only those that this schedule, hook or source submitted.")
    private @Nullable String trigger;

    @Option(names = "--batch", paramLabel = "ID", description = "Only the items of this batch.")
    private @Nullable String batch;

    /** For the completion of shells. */
    public static final class Reasons extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        public Reasons() {
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
        filter().fields().forEach((name, value) -> {
            var texts = value instanceof List<?> several ? several : List.of(String.valueOf(value));
            texts.forEach(text -> query.with(name, text));
        });
        return query;
    }

    /** By the names of the API; a list for what may be repeated. */
    public Doc filter() {
        var filter = Doc.empty();
        if (function != null) {
            filter.with("function", function);
        }
        if (!status.isEmpty()) {
            filter.with("status", status.stream().map(Status::name).toList());
        }
        if (reason != null) {
            filter.with("reason", List.of(reason));
        }
        if (since != null) {
            filter.with("since", Durations.parseTime("--since", since).toString());
        }
        if (until != null) {
            filter.with("until", Durations.parseTime("--until", until).toString());
        }
        if (!tags.isEmpty()) {
            filter.with("tag", tags.stream().map(ActivationFlags::withColon).toList());
        }
        if (trigger != null) {
            filter.with("trigger", trigger);
        }
        if (batch != null) {
            filter.with("batch", batch);
        }
        return filter;
    }

    static String withColon(String tag) {
        int equals = tag.indexOf('=');
        if (equals < 1) {
            throw Failure.usage("--tag: '%s' is not KEY=VALUE".formatted(tag));
        }
        return tag.substring(0, equals) + ":" + tag.substring(equals + 1);
    }
}
