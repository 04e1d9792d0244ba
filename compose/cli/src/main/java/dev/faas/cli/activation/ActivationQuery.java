package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The filters of a list of activations. All that are given must match. */
final class ActivationQuery {
    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only those of this function.")
    @Nullable
    String function;

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS,…",
            description = "Only those in these states: ${COMPLETION-CANDIDATES}.")
    List<Status> status = new ArrayList<>();

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            completionCandidates = Reasons.class,
            description = "Only those that ended for this reason, such as exit_code, timed_out or out_of_memory.")
    @Nullable
    String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those submitted since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    @Nullable
    String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only those submitted before then.")
    @Nullable
    String until;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Only those with this tag; may be repeated.")
    List<String> tags = new ArrayList<>();

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
                    "queue_ttl"));
        }
    }

    /** All in one of these states. */
    static ActivationQuery of(Status... status) {
        var query = new ActivationQuery();
        query.status = List.of(status);
        return query;
    }

    /** The newest ones, newest first. */
    List<Doc> read(Api api, int limit) {
        return api.list(path(), limit);
    }

    /** Reads the newest ones page by page, newest first. */
    Output.Pages pages(Api api, int limit) {
        return printer -> api.eachPage(path(), limit, printer::print);
    }

    private String path() {
        var query = new ArrayList<String>();
        add(query, "function", function);
        status.stream().distinct().forEach(each -> add(query, "status", each.name()));
        add(query, "reason", reason);
        add(
                query,
                "since",
                since == null ? null : Durations.parseTime("--since", since).toString());
        add(
                query,
                "until",
                until == null ? null : Durations.parseTime("--until", until).toString());
        tags.forEach(tag -> add(query, "tag", withColon(tag)));
        return "/v1/activations" + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }

    private static void add(List<String> query, String name, @Nullable String value) {
        if (value != null) {
            query.add(name + "=" + Request.encode(value));
        }
    }

    private static String withColon(String tag) {
        int equals = tag.indexOf('=');
        if (equals < 1) {
            throw Failure.usage("--tag: '%s' is not KEY=VALUE".formatted(tag));
        }
        return tag.substring(0, equals) + ":" + tag.substring(equals + 1);
    }
}
