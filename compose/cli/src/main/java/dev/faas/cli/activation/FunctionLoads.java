package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells what each function has queued, runs, and did in the last minutes. */
final class FunctionLoads {
    private static final int FUNCTIONS = 1_000;
    private static final Duration FUNCTIONS_KEPT = Duration.ofSeconds(30);

    private final Api api;
    private List<Doc> functions = List.of();
    private Instant functionsAt = Instant.MIN;

    FunctionLoads(Api api) {
        this.api = api;
    }

    /**
     * @param functions one row each: name, queued, running, limit, perMinute, p95Ms
     * @param platform slots, free and spawners
     */
    record Loads(List<Doc> functions, Doc platform) {}

    Loads read() {
        var now = Instant.now();
        if (functionsAt.plus(FUNCTIONS_KEPT).isBefore(now)) {
            functions = api.list("/v1/functions", FUNCTIONS);
            functionsAt = now;
        }
        var load = api.get("/v1/stats/now");
        // The last minute and the begun one.
        var stats = api.get("/v1/stats?by=function&step=60&since="
                + Request.encode(now.minus(Duration.ofMinutes(1)).toString()));
        double minutes = stats.time("from")
                .map(from -> Math.max(1, Duration.between(from, now).toSeconds()) / 60.0)
                .orElse(1.0);
        var ofFunctions = stats.doc("functions");
        var busy = load.docs("functions").stream()
                .collect(Collectors.toMap(each -> each.text("id"), Function.identity(), (one, same) -> one));
        var rows = new ArrayList<Doc>();
        for (var function : functions) {
            var current = busy.remove(function.text("id"));
            var totals = ofFunctions.doc(function.text("name")).doc("totals");
            if (current != null || totals.number("submitted") > 0 || !Functions.isAdHoc(function)) {
                rows.add(row(function.text("name"), current == null ? Doc.empty() : current, totals, minutes)
                        .with("limit", function.findNumber("concurrency").orElse(null)));
            }
        }
        busy.forEach((id, rest) -> rows.add(row(
                        rest.find("name").orElse(id),
                        rest,
                        ofFunctions.doc(rest.text("name")).doc("totals"),
                        minutes)
                .with("limit", rest.findNumber("limit").orElse(null))));
        return new Loads(rows, load);
    }

    private static Doc row(String name, Doc load, Doc totals, double minutes) {
        return Doc.empty()
                .with("name", name)
                .with("queued", load.number("queued"))
                .with("running", load.number("running"))
                .with("perMinute", Math.round(totals.number("submitted") / minutes))
                .with("p95Ms", totals.doc("runMs").findNumber("p95").orElse(null));
    }
}
