package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes what each function has queued, runs, and did in the last minute, from at most six requests. */
final class FunctionLoads {
    static final Duration WINDOW = Duration.ofMinutes(1);
    /** The newest of the window that are looked at. */
    static final int SAMPLE = 200;

    private static final int PAGE = 100;
    private static final int FUNCTIONS = 1_000;
    private static final Duration FUNCTIONS_KEPT = Duration.ofSeconds(30);

    private final Api api;
    private List<Doc> functions = List.of();
    private Instant functionsAt = Instant.MIN;

    FunctionLoads(Api api) {
        this.api = api;
    }

    /**
     * @param functions one row each: name, queued, running, limit, perMinute, p95Ms; a count is {@code null} where there are
     *     more than one page
     * @param platform slots, free and spawners; empty when nothing is queued or runs
     */
    record Loads(List<Doc> functions, Doc platform) {}

    Loads read() {
        var now = Instant.now();
        if (functionsAt.plus(FUNCTIONS_KEPT).isBefore(now)) {
            functions = api.list("/v1/functions", FUNCTIONS);
            functionsAt = now;
        }
        var queued = new ActivationQuery().in(Status.queued).read(api, PAGE);
        var running = new ActivationQuery().in(Status.running).read(api, PAGE);
        var recent = new ActivationQuery().with("since", now.minus(WINDOW)).read(api, SAMPLE);

        Map<String, Row> rows = new LinkedHashMap<>();
        functions.forEach(function -> {
            var row = row(rows, function.text("id"), function);
            row.limit = function.findNumber("concurrency").orElse(0L);
            row.isAdHoc = Functions.isAdHoc(function);
        });
        queued.forEach(item -> row(rows, item).queued++);
        running.forEach(item -> row(rows, item).running++);
        recent.forEach(item -> {
            var row = row(rows, item);
            row.recent++;
            item.findNumber("durationMs").ifPresent(row.durations::add);
        });
        double minutes = minutes(recent, now);
        boolean moreQueued = queued.size() == PAGE;
        boolean moreRunning = running.size() == PAGE;
        return new Loads(
                rows.values().stream()
                        .filter(Row::isShown)
                        .map(row -> row.doc(minutes, moreQueued, moreRunning))
                        .toList(),
                platform(queued, running));
    }

    private static Row row(Map<String, Row> rows, Doc item) {
        var function = item.doc("function");
        return row(rows, function.text("id"), function);
    }

    private static Row row(Map<String, Row> rows, String id, Doc function) {
        return rows.computeIfAbsent(id, key -> new Row(function.text("name")));
    }

    /** The time that the sample spans: less than the window when there were more. */
    private static double minutes(List<Doc> recent, Instant now) {
        var span = recent.size() < SAMPLE
                ? WINDOW
                : recent.getLast()
                        .time("submittedAt")
                        .map(oldest -> Duration.between(oldest, now))
                        .orElse(WINDOW);
        return Math.max(1_000, span.toMillis()) / 60_000.0;
    }

    /** Only the explanation of an activation tells the slots. */
    private Doc platform(List<Doc> queued, List<Doc> running) {
        var any = queued.isEmpty() ? running : queued;
        if (any.isEmpty()) {
            return Doc.empty();
        }
        try {
            return api.get(ActivationPath.of(any.getFirst().text("activationId"), "explain"))
                    .doc("platform");
        } catch (Failure e) {
            return Doc.empty();
        }
    }

    private static final class Row {
        private final String name;
        private final List<Long> durations = new ArrayList<>();
        private int queued;
        private int running;
        private int recent;
        private long limit;
        private boolean isAdHoc;

        Row(String name) {
            this.name = name;
        }

        /** As in lists, one that faas run made is hidden unless something happens. */
        boolean isShown() {
            return !isAdHoc || queued + running + recent > 0;
        }

        Doc doc(double minutes, boolean moreQueued, boolean moreRunning) {
            return Doc.empty()
                    .with("name", name)
                    .with("queued", queued)
                    .with("queuedIsAtLeast", moreQueued && queued > 0)
                    .with("running", running)
                    .with("runningIsAtLeast", moreRunning && running > 0)
                    .with("limit", limit == 0 ? null : limit)
                    .with("perMinute", Math.round(recent / minutes))
                    .with("p95Ms", p95());
        }

        private @Nullable Long p95() {
            if (durations.isEmpty()) {
                return null;
            }
            durations.sort(null);
            return durations.get((int) Math.ceil(durations.size() * 0.95) - 1);
        }
    }
}
