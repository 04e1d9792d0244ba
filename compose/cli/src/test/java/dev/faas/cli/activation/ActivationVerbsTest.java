package dev.faas.cli.activation;

import static dev.faas.cli.StubServer.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.faas.cli.ClientRun;
import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationVerbsTest extends StubFixture {
    private static final String A = "01m8qt9wf5fgstx6gsjkwrfrys";
    private static final String B = "01m8qt9x95f7wth3c424czeqzz";

    private static String record(String id, String status, String more) {
        return """
                {"activationId":"%s","function":{"id":"fn_1","name":"resize","revision":3},"status":"%s","attempt":1,\
                "submittedAt":"2026-11-24T00:00:0%d.000Z","image":"box","spawner":"s1"%s}""".formatted(id, status, id.equals(A) ? 1 : 2, more);
    }

    @Test
    void listAsksForAllFiltersAndPrintsTabSeparatedValues() {
        server.on(
                "GET",
                "/v1/activations",
                200,
                page(
                        record(B, "queued", ",\"waitMs\":null"),
                        record(A, "failed", ",\"waitMs\":5,\"durationMs\":7,\"reason\":\"exit_code\"")));

        var run =
                run(("act list --status failed,queued --function resize --reason exit_code --since 2026-01-31T12:00:00Z"
                                + " --tag order=47:11 --limit 5")
                        .split(" "));

        assertThat(run.out())
                .isEqualTo(B + "\tresize\tqueued\t2026-11-24T00:00:02.000Z\t\t\t\n" + A
                        + "\tresize\tfailed\t2026-11-24T00:00:01.000Z\t5\t7\texit_code\n");
        assertThat(server.received())
                .extracting(StubServer.Received::path)
                .containsExactly("/v1/activations?function=resize&status=failed&status=queued&reason=exit_code"
                        + "&since=2026-01-31T12%3A00%3A00Z&tag=order%3A47%3A11&limit=5");
    }

    @Test
    void listFitsANarrowTerminalWithItsIdsWhole() {
        server.on("GET", "/v1/activations", 200, page(record(A, "succeeded", ",\"reason\":\"cancelled_by_user\"")));

        var run = ClientRun.Setup.at(server).onTerminal(40).run("act", "list");

        assertThat(run.out()).contains("\n" + A + "  ");
        assertThat(run.out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(40));
    }

    @Test
    void psListsQueuedAndRunning() {
        server.on(
                "GET",
                "/v1/activations",
                200,
                page(record(B, "running", ",\"startedAt\":\"2026-11-24T00:00:03.000Z\""), record(A, "queued", "")));

        assertThat(run("ps", "-o", "name").out()).isEqualTo(B + "\n" + A + "\n");
        assertThat(server.received())
                .extracting(StubServer.Received::path)
                .containsExactly("/v1/activations?status=queued&status=running&limit=100");
    }

    @ParameterizedTest
    @CsvSource({"succeeded, succeeded, 0", "succeeded, failed, 1", "failed, running, 124", "succeeded, queued, 124"})
    void waitEndsWithTheWorstOutcome(String first, String second, int exit) {
        server.on("GET", "/v1/activations/" + A, 200, record(A, first, ""))
                .on("GET", "/v1/activations/" + B, 200, record(B, second, ""));

        assertThat(run("act", "wait", A, B, "--timeout", "100ms").exit()).isEqualTo(exit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"act wait", "act result", "act list --watch"})
    void retryForLimitsTheWait(String words) {
        server.breaksOn("GET", "/v1/activations/" + A)
                .breaksOn("GET", "/v1/activations/" + A + "/result")
                .breaksOn("GET", "/v1/activations");
        var line = words + (words.endsWith("watch") ? "" : " " + A) + " --retry-for 300ms";

        var run = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> run(line));

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).startsWith("faas: no answer from");
    }

    @Test
    void waitOutlivesAPlatformThatIsAway() {
        server.breaksOn("GET", "/v1/activations/" + A)
                .on("GET", "/v1/activations/" + A, 503, "{\"code\":\"unavailable\"}")
                .on("GET", "/v1/activations/" + A, 200, record(A, "succeeded", ""));

        assertThat(run("act", "wait", A)).isEqualTo(new ClientRun(0, A + " succeeded\n", ""));
    }

    @Test
    void cancelGoesOnAfterOneThatHasEnded() {
        server.on(
                        "DELETE",
                        "/v1/activations/" + A,
                        409,
                        "{\"code\":\"already_finished\",\"detail\":\"It\\u001b has ended.\"}")
                .on(
                        "DELETE",
                        "/v1/activations/" + B,
                        202,
                        "{\"activationId\":\"%s\",\"status\":\"running\"}".formatted(B));

        assertThat(run("act", "cancel", A, B))
                .isEqualTo(new ClientRun(
                        6, B + " is being stopped\n", "faas: " + A + ": It\\x1b has ended. (already_finished)\n"));
    }

    @Test
    void anEmptyListOfNoFunctionIsAFailure() {
        server.on("GET", "/v1/activations", 200, page())
                .on("GET", "/v1/functions/nope", 404, "{\"code\":\"function_not_found\"}")
                .on("GET", "/v1/functions", 200, page());

        assertThat(run("act", "list", "--function", "nope").exit()).isEqualTo(4);
    }

    @Test
    void resultGoesOnWhereTheConnectionBroke() {
        var bytes = "0123456789\u0000".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        server.on("GET", "/v1/activations/" + A + "/result", exchange -> {
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes, 0, 70_000);
                    exchange.getResponseBody().flush();
                    exchange.close();
                })
                .on("GET", "/v1/activations/" + A + "/result", exchange -> {
                    var from = exchange.getRequestHeaders().getFirst("Range").replaceAll("[^0-9]", "");
                    exchange.sendResponseHeaders(206, bytes.length - Integer.parseInt(from));
                    exchange.getResponseBody()
                            .write(bytes, Integer.parseInt(from), bytes.length - Integer.parseInt(from));
                    exchange.close();
                });

        var run = run("act", "result", A);

        assertThat(run.err()).isEmpty();
        assertThat(run.out().getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "202, '{\"status\":\"running\"}', 'has not ended: it is running'",
        "410, '{\"code\":\"result_expired\",\"detail\":\"Gone.\"}', 'Gone. (result_expired)'"
    })
    void resultThatIsNotThereIsRefused(int status, String body, String text) {
        server.on("GET", "/v1/activations/" + A + "/result", status, body);

        var run = run("act", "result", A);

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.err()).contains(text);
    }

    @Test
    void binaryResultIsNotWrittenToATerminal() {
        server.on("GET", "/v1/activations/" + A + "/result", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(new byte[] {'a', (byte) 0xff});
            exchange.close();
        });

        var run = ClientRun.Setup.at(server).onTerminal(80).run("act", "result", A);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"phases\":{\"queueMs\":100,\"pullMs\":null,\"bootMs\":100,\"runMs\":200} | queue,boot,run",
                "\"phases\":{\"queueMs\":100,\"pullMs\":null,\"bootMs\":null,\"runMs\":null} | queue"
            })
    void getDrawsThePhases(String measured, String phases) {
        server.on("GET", "/v1/activations/" + A, 200, record(A, "succeeded", "," + measured));

        var lines = run("act", "get", A)
                .out()
                .lines()
                .dropWhile(line -> !line.isEmpty())
                .skip(1)
                .toList();

        assertThat(lines).extracting(line -> line.split(" ")[0]).containsExactly(phases.split(","));
        if (lines.size() == 3) {
            assertThat(lines.getFirst().indexOf('█') + 15)
                    .isEqualTo(lines.get(1).indexOf('█'));
            assertThat(lines.getLast().chars().filter(c -> c == '█')).hasSize(30);
        }
    }

    @Test
    void replayPrintsTheNewIdAndMayBeRepeated() {
        server.breaksOn("POST", "/v1/activations/" + A + "/replay")
                .on(
                        "POST",
                        "/v1/activations/" + A + "/replay",
                        202,
                        "{\"activationId\":\"%s\",\"status\":\"queued\"}".formatted(B));

        assertThat(run("act", "replay", A)).isEqualTo(new ClientRun(0, B + "\n", ""));
        assertThat(server.received())
                .extracting(request -> request.header("Idempotency-Key"))
                .hasSize(2)
                .doesNotContainNull()
                .containsOnly(server.received().getFirst().header("Idempotency-Key"));
    }

    @Test
    void explainSaysWhereItIsQueuedAndWhatWouldChangeIt() {
        server.on("GET", "/v1/activations/" + A + "/explain", 200, """
                {"activationId":"%s","status":"queued","why":"function_at_limit","detail":"Its function is full.","attempt":0,\
                "lastReason":null,"nextAttemptAt":null,"expiresAt":null,"queuedBefore":12,\
                "function":{"id":"fn_1","name":"resize","queued":13,"running":10,"limit":10},\
                "owner":{"queued":13,"running":10,"ownersWaiting":2,"share":0.5},\
                "platform":{"spawners":1,"slots":16,"free":6}}""".formatted(A));

        assertThat(run("act", "explain", A).out()).isEqualTo("""
                %s is queued. Its function is full.
                About 12 are ahead of it.
                resize runs 10 of 10, and has 13 queued.
                6 of 16 slots are free, on 1 spawners.
                2 users wait, so you get 50 %% of the slots.
                To let more run at once: faas fn update resize --concurrency N
                """.formatted(A));
    }

    @Test
    void explainSaysHowItEnded() {
        server.on("GET", "/v1/activations/" + A + "/explain", 200, """
                        {"activationId":"%s","status":"failed","why":"ended","detail":"It has ended. Its record says how."}""".formatted(A))
                .on("GET", "/v1/activations/" + A, 200, """
                        {"activationId":"%s","status":"failed","exitCode":4,"reason":"exit_code"}""".formatted(A));

        assertThat(run("act", "explain", A).out()).isEqualTo("""
                %1$s failed: exit code 4 (exit_code).
                Its log: faas logs %1$s
                Again: faas act replay %1$s
                """.formatted(A));
    }

    @Test
    void eventsAreLinesOfJson() {
        server.on("GET", "/v1/activations/" + A + "/events", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            StubServer.answer(exchange, 200, "id: 8\nevent: log\ndata: {\"text\":\"x\"}\n\nevent: end\ndata: {}\n\n");
        });

        assertThat(run("act", "events", A, "--after", "7").out())
                .isEqualTo(
                        "{\"id\":\"8\",\"event\":\"log\",\"data\":{\"text\":\"x\"}}\n{\"id\":null,\"event\":\"end\",\"data\":{}}\n");
        assertThat(server.received().getFirst().header("Last-Event-ID")).isEqualTo("7");
    }

    @ParameterizedTest
    @CsvSource({"'', /console/", "resize, /console/functions/resize", A + ", /console/activations/" + A})
    void openPrintsTheAddressWithoutABrowser(String reference, String path) {
        var run = reference.isEmpty() ? run("open") : run("open", reference);

        assertThat(run).isEqualTo(new ClientRun(0, server.url() + path + "\n", ""));
    }

    @Test
    void topShowsEachFunctionAndWhatIsLeftOfADeletedOne() {
        server.on(
                        "GET",
                        "/v1/functions",
                        200,
                        page(
                                "{\"id\":\"fn_1\",\"name\":\"resize\",\"concurrency\":10}",
                                "{\"id\":\"fn_2\",\"name\":\"idle\",\"concurrency\":5}"))
                .on("GET", "/v1/stats/now", 200, """
                        {"slots": 16, "free": 15, "functions": [
                        {"id": "fn_1", "name": "resize", "queued": 120, "running": 1, "limit": 10},
                        {"id": "fn_3", "name": null, "queued": 0, "running": 2, "limit": 3}]}""")
                .on("GET", "/v1/stats", 200, """
                        {"from": "2026-01-01T00:00:00Z", "functions": {"resize": {"totals":
                        {"submitted": 2000000000, "runMs": {"p95": 30}}}}}""");

        assertThat(run("top", "--sort", "name").out()).matches("""
                fn_3\t0\t2/3\t0\t
                idle\t0\t0/5\t0\t
                resize\t120\t1/10\t[1-9][0-9]*\t30
                """);
    }

    @Test
    void statsShowsAStepALine() {
        server.on("GET", "/v1/stats", 200, """
                {"time": ["2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z"], "series": {
                "submitted": [5, 1], "succeeded": [3, 0], "failed": [1, 0], "timed_out": [1, 0], "expired": [0, 2],
                "cancelled": [0, 1], "waitMs": {"p50": [4, null], "p95": [9, null]},
                "runMs": {"p50": [20, null], "p95": [40, null]}, "queuedMax": [7, 0], "runningMax": [2, 0]}}""");

        assertThat(run("stats", "resize", "--step", "1m").out()).isEqualTo("""
                2026-01-01T00:00:00.000Z\t5\t3\t2\t0\t4\t9\t20\t40\t7\t2
                2026-01-01T00:01:00.000Z\t1\t0\t2\t1\t\t\t\t\t0\t0
                """);
        assertThat(server.received().getLast().path()).isEqualTo("/v1/stats?function=resize&step=60");
    }
}
