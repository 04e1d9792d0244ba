package dev.faas.cli.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleVerbsTest extends StubFixture {
    private static final String ALL = "/v1/schedules";
    private static final String NIGHTLY = ALL + "/nightly";
    private static final String TICK = """
            {"tickId":"sch_1@2026-10-25T00:30:00.000Z","kind":"schedule","nominalTime":"2026-10-25T00:30:00.000Z",\
            "localTime":"2026-10-25T02:30:00+02:00","outcome":"fired","activationId":"06b7","lateMs":9,"reason":null,\
            "explain":"02:30 comes twice on this day; the first one counts."}""";
    private static final String GAP = """
            {"tickId":"sch_1@2026-03-29T01:00:00.000Z","kind":"schedule","nominalTime":"2026-03-29T01:00:00.000Z",\
            "localTime":"2026-03-29T02:30:00","outcome":"dst_gap","activationId":null,"lateMs":null,"reason":null,\
            "explain":"02:30 does not exist on this day."}""";

    private static String schedule(String members) throws IOException {
        var schedule = Schedules.FIELDS
                .withDefaults(
                        Doc.parse(
                                "{\"name\":\"nightly\",\"function\":\"report\",\"cron\":\"30 2 * * *\",\"paused\":false,\"note\":\"\"}"))
                .with("id", "sch_1")
                .with("state", "active")
                .with("nextTime", "2026-10-26T01:30:00.000Z")
                .with("nextTimes", List.of("2026-10-26T01:30:00.000Z"))
                .with("lastTicks", List.of(Doc.parse(TICK).fields()));
        schedule.fields().putAll(Doc.parse(members).fields());
        return Doc.compact(schedule);
    }

    private void has(String tag, String members) throws IOException {
        var body = schedule(members);
        server.on("GET", NIGHTLY, exchange -> {
            exchange.getResponseHeaders().set("ETag", tag);
            StubServer.answer(exchange, 200, body);
        });
    }

    private List<String> sent(String method) {
        return server.received().stream()
                .filter(request -> request.method().equals(method))
                .map(StubServer.Received::body)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cron @daily                       | "cron":"@daily"
            --at 2027-01-01T01:00:00+01:00      | "at":"2027-01-01T00:00:00Z"
            --zone Europe/Berlin                | "zone":"Europe/Berlin"
            --dst skip                          | "dst":"skip"
            --overlap bufferOne                 | "overlap":"bufferOne"
            --catchup-window 1h                 | "catchupWindowSeconds":3600
            --jitter 30s                        | "jitterSeconds":30
            --start-at 2027-01-01T00:00:00Z     | "startAt":"2027-01-01T00:00:00Z"
            --end-at 2027-01-01T00:00:00Z       | "endAt":"2027-01-01T00:00:00Z"
            --remaining 3                       | "remainingActions":3
            --pause-on-failure                  | "pauseOnFailure":true
            --argument full                     | "argument":"full"
            --timeout 1m                        | "timeoutSeconds":60
            --tag a=1 --tag b=2=3               | "tags":{"a":"1","b":"2=3"}
            --paused                            | "paused":true
            --note why                          | "note":"why"
            """)
    void givenAFlag_whenAScheduleIsCreated_thenItsFieldIsSent(String flags, String field) throws IOException {
        server.on("POST", ALL, 201, schedule("{}"));

        assertThat(run("schedule create nightly --function report " + flags))
                .isEqualTo(new ClientRun(0, "", "Created nightly. Its next time is 2026-10-26T01:30:00.000Z.\n"));
        assertThat(sent("POST")).containsExactly("{\"name\":\"nightly\",\"function\":\"report\",%s}".formatted(field));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cron @daily                       | 2 | faas: a schedule needs a function
            --function report --jitter x        | 2 | faas: --jitter: 'x' is not a duration
            --function report --at 1h           | 2 | faas: --at: '1h' is not a time
            --function report --jitter 2h       | 2 | --jitter must be less (seconds)
            --function report --cron x          | 2 | --cron has no fifth field
            --function report --zone x          | 6 | faas: there is a schedule "nightly" (name_taken)
            --function report --zone y          | 5 | faas: Too many. (quota_exceeded)
            --function repor --zone z           | 4 | faas: no function "repor" (function_not_found)
            """)
    void givenAMistake_whenAScheduleIsCreated_thenItIsNamedAsTheUserWroteIt(String flags, int exit, String text) {
        server.on("GET", "/v1/functions", 200, StubServer.page("{\"name\":\"report\"}"))
                .on("POST", ALL, exchange -> {
                    var body = server.received().getLast().body();
                    int status = body.contains("cron") || body.contains("jitter")
                            ? 400
                            : body.contains("\"zone\":\"x\"") ? 409 : body.contains("\"zone\":\"y\"") ? 429 : 404;
                    var field = body.contains("cron") ? "cron" : "jitterSeconds";
                    StubServer.answer(
                            exchange,
                            status,
                            switch (status) {
                                case 400 ->
                                    "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"%s\",\"message\":\"%s\"}]}"
                                            .formatted(
                                                    field,
                                                    field.equals("cron") ? "has no fifth field" : "must be less");
                                case 409 -> "{\"code\":\"name_taken\"}";
                                case 429 -> "{\"code\":\"quota_exceeded\",\"detail\":\"Too many.\"}";
                                default -> "{\"code\":\"function_not_found\"}";
                            });
                });

        var run = run("schedule create nightly " + flags);

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err().lines()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "schedules:\n- "})
    void givenAFile_whenAScheduleIsCreatedFromIt_thenFlagsWin(String before, @TempDir Path folder) throws IOException {
        var file = Files.writeString(
                folder.resolve("f.yaml"), before + "{name: x, function: report, cron: '@daily', jitterSeconds: 5}\n");
        server.on("POST", ALL, 201, schedule("{}"));

        assertThat(run("schedule create nightly --jitter 9s --from " + file).exit())
                .isZero();
        assertThat(sent("POST"))
                .containsExactly(
                        "{\"name\":\"nightly\",\"function\":\"report\",\"cron\":\"@daily\",\"jitterSeconds\":9}");
    }

    @Test
    void givenAnAnswerThatIsLost_whenAScheduleIsCreated_thenTheOneThatIsThereCounts() throws IOException {
        has("\"1\"", "{}");
        server.on("POST", ALL, 503, "{\"code\":\"outcome_unknown\",\"detail\":\"Unknown.\"}");

        assertThat(run("schedule", "create", "nightly", "--function", "report", "--cron", "30 2 * * *")
                        .exit())
                .isZero();
        assertThat(run("schedule create nightly --function report --cron @daily")
                        .exit())
                .isEqualTo(Exit.UNAVAILABLE);
    }

    @Test
    void givenAnotherChange_whenAScheduleIsUpdated_thenTheChangeIsRepeatedOnWhatIsThere() throws IOException {
        has("\"1\"", "{\"paused\":true}");
        has("\"2\"", "{\"paused\":true,\"note\":\"why\",\"jitterSeconds\":9}");
        server.on("PUT", NIGHTLY, 412, "{\"code\":\"precondition_failed\"}").on("PUT", NIGHTLY, 200, schedule("{}"));

        assertThat(run("schedule update nightly --zone Europe/Berlin --unset jitter")
                        .err())
                .isEqualTo("Updated nightly. Its next time is 2026-10-26T01:30:00.000Z.\n");

        assertThat(server.received().stream()
                        .filter(request -> request.method().equals("PUT"))
                        .map(request -> request.header("If-Match")))
                .containsExactly("\"1\"", "\"2\"");
        assertThat(sent("PUT").getLast())
                .contains("\"zone\":\"Europe/Berlin\"", "\"jitterSeconds\":null", "\"paused\":true", "\"note\":\"why\"")
                .doesNotContain("lastTicks", "sch_1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--zone UTC", "--unset jitter", "--paused=false"})
    void givenNoChange_whenAScheduleIsUpdated_thenNothingIsWritten(String flags) throws IOException {
        has("\"1\"", "{}");

        assertThat(run("schedule update nightly " + flags))
                .isEqualTo(new ClientRun(0, "", "nightly has these values already; nothing was changed.\n"));
    }

    @Test
    void whenAScheduleIsEdited_thenWhatTheEditorLeftIsSent() throws IOException {
        has("\"1\"", "{}");
        server.on("PUT", NIGHTLY, 200, schedule("{}"));

        var run = ClientRun.Setup.at(server)
                .with("EDITOR", "sed -i 's/UTC/Europe\\/Berlin/'")
                .run("schedule", "edit", "nightly");

        assertThat(run)
                .isEqualTo(new ClientRun(0, "", "Updated nightly. Its next time is 2026-10-26T01:30:00.000Z.\n"));
        assertThat(sent("PUT").getFirst()).contains("\"zone\":\"Europe/Berlin\"");
        assertThat(server.received().getLast().header("If-Match")).isEqualTo("\"1\"");
    }

    /** It goes down while the editor is open. */
    @ParameterizedTest
    @CsvSource({"s/UTC/Europe/, false", "s/5/6/, true"})
    void givenRemainingActions_whenAScheduleIsEdited_thenTheyAreSentOnlyIfTheyWereChanged(String script, boolean sends)
            throws IOException {
        has("\"1\"", "{\"remainingActions\":5}");
        server.on("PUT", NIGHTLY, 200, schedule("{}"));

        ClientRun.Setup.at(server)
                .with("EDITOR", "sed -i '/remainingActions\\|zone/" + script + "'")
                .run("schedule", "edit", "nightly");

        assertThat(sent("PUT").getFirst().contains("remainingActions")).isEqualTo(sends);
    }

    @Test
    void whenSchedulesAreListedAndShown_thenPeopleSeeTimesAndProgramsTheDocument() throws IOException {
        has("\"1\"", "{\"zone\":\"Europe/Berlin\",\"argument\":\"full\"}");
        server.on(
                "GET",
                ALL,
                200,
                StubServer.page(
                        schedule("{}"),
                        schedule("{\"name\":\"once\",\"cron\":null,\"at\":\"2027-01-01T00:00:00.000Z\"}")));

        assertThat(run("schedule list").out()).isEqualTo("""
                nightly\treport\t30 2 * * *\tUTC\tactive\t2026-10-26T01:30:00.000Z\t
                once\treport\t2027-01-01T00:00:00.000Z\tUTC\tactive\t2026-10-26T01:30:00.000Z\t
                """);
        assertThat(run("schedule ls --function report --state paused -o name").out())
                .isEqualTo("nightly\nonce\n");
        assertThat(server.received().getLast().path()).contains("?function=report&state=paused&");
        assertThat(run("schedule get nightly").out()).isEqualTo("""
                name:             nightly
                function:         report
                cron:             30 2 * * *
                zone:             Europe/Berlin
                argument:         full
                state:            active
                id:               sch_1
                next:             2026-10-26T01:30:00.000Z
                last:             2026-10-25T00:30:00.000Z fired 06b7
                """);
        assertThat(run("schedule get nightly --json nextTimes").out()).contains("2026-10-26T01:30:00.000Z");
    }

    @ParameterizedTest
    @CsvSource({
        "pause, , Paused nightly. It is paused., {}",
        "pause, why, Paused nightly. It is paused., '{\"note\":\"why\"}'",
        "resume, , Resumed nightly. Its next time is 2026-10-26T01:30:00.000Z., {}",
    })
    void givenSeveralSchedules_whenTheyArePausedOrResumed_thenOneThatIsMissingStopsNoOther(
            String verb, String note, String said, String body) throws IOException {
        server.on("POST", ALL + "/nightl/" + verb, 404, "{\"code\":\"schedule_not_found\"}")
                .on("GET", ALL, 200, StubServer.page(schedule("{}")))
                .on(
                        "POST",
                        NIGHTLY + "/" + verb,
                        200,
                        schedule(verb.equals("pause") ? "{\"state\":\"paused\",\"nextTime\":null}" : "{}"));

        var run = run("schedule %s nightl nightly%s".formatted(verb, note == null ? "" : " --note " + note));

        assertThat(run).isEqualTo(new ClientRun(Exit.NOT_FOUND, "", """
                faas: no schedule "nightl" (schedule_not_found)
                did you mean "nightly"? List them: faas schedule list
                %s
                """.formatted(said)));
        assertThat(sent("POST")).containsOnly(body);
    }

    @Test
    void whenSchedulesAreDeleted_thenOneThatIsMissingStopsNoOther() throws IOException {
        server.on("DELETE", ALL + "/x", 404, "{\"code\":\"schedule_not_found\"}")
                .on("GET", ALL, 200, StubServer.page(schedule("{}")))
                .on("DELETE", NIGHTLY, 204, "");

        assertThat(run("schedule delete x nightly")).isEqualTo(new ClientRun(Exit.NOT_FOUND, "", """
                faas: no schedule "x" (schedule_not_found)
                List them: faas schedule list
                Deleted nightly.
                """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            trigger nightly                                          | 06b7 | {}
            trigger nightly --overlap skip                           | 06b7 | {"overlap":"skip"}
            backfill nightly --from 2026-10-18T00:00:00Z --to 2026-10-25T00:00:00Z --overlap bufferAll | 7 times are being submitted. See: faas schedule ticks nightly | {"from":"2026-10-18T00:00:00Z","to":"2026-10-25T00:00:00Z","overlap":"bufferAll"}
            backfill nightly --from 2026-10-18T00:00:00Z             | 7 times are being submitted. See: faas schedule ticks nightly | {"from":"2026-10-18T00:00:00Z"}
            """)
    void givenAnAnswerThatIsLost_whenItIsSubmitted_thenItIsRepeatedUnderTheSameKey(
            String line, String out, String body) {
        var path = NIGHTLY + "/" + line.substring(0, line.indexOf(' '));
        server.breaksOn("POST", path).on("POST", path, 202, line.startsWith("trigger") ? TICK : "{\"ticks\":7}");

        assertThat(run("schedule " + line)).isEqualTo(new ClientRun(0, out + "\n", ""));
        assertThat(sent("POST")).containsExactly(body, body);
        assertThat(server.received().stream()
                        .map(request -> request.header("Idempotency-Key"))
                        .distinct())
                .hasSize(1)
                .doesNotContainNull();
    }

    @Test
    void givenATriggerThatIsOnItsWay_whenItIsAccepted_thenItsIdIsPrinted() {
        var time = "/ticks/2026-10-25T00%3A30%3A00.000Z";
        server.on("POST", NIGHTLY + "/trigger", 202, TICK.replace("fired", "claimed"))
                .on("GET", NIGHTLY + time.replace("%3A", ":"), 200, TICK.replace("fired", "claimed"))
                .on("GET", NIGHTLY + time.replace("%3A", ":"), 200, TICK);

        assertThat(run("schedule trigger nightly")).isEqualTo(new ClientRun(0, "06b7\n", ""));
        assertThat(sent("GET")).hasSize(2);
        assertThat(server.received().getLast().path()).endsWith(time);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --outcome missed --since 2026-10-01T00:00:00Z --until 2026-11-01T00:00:00Z | ?outcome=missed&since=2026-10-01T00:00:00Z&until=2026-11-01T00:00:00Z&limit=20
            --limit 1                                                                  | ?limit=1
            --all                                                                      | ?limit=100
            """)
    void whenTicksAreListed_thenTheFiltersAreSent(String flags, String query) {
        server.on("GET", NIGHTLY + "/ticks", 200, StubServer.page(TICK, GAP));

        var run = run("schedule ticks nightly " + flags);

        assertThat(run.out().lines().toList())
                .isEqualTo(List.of(
                                "2026-10-25T00:30:00.000Z\tfired\t9\t06b7\t\t02:30 comes twice on this day; the first one counts.",
                                "2026-03-29T01:00:00.000Z\tdst_gap\t\t\t\t02:30 does not exist on this day.")
                        .subList(0, flags.equals("--limit 1") ? 1 : 2));
        assertThat(server.received().getLast().path()).endsWith(query);
    }

    @Test
    void whenATimeIsGiven_thenItIsExplained() {
        server.on("GET", NIGHTLY + "/ticks/2026-03-29T01:00:00Z", 200, GAP);

        assertThat(run("schedule ticks nightly 2026-03-29T01:00:00Z").out()).isEqualTo("""
                2026-03-29T01:00:00.000Z dst_gap
                02:30 does not exist on this day.
                """);
    }

    @Test
    void whenAPatternIsPreviewed_thenItsTimesAreListed() {
        server.on("POST", ALL + "/preview", 200, """
                {"times":[{"nominalTime":"2026-10-25T00:30:00.000Z","localTime":"2026-10-25T02:30:00+02:00","fires":true,\
                "explain":"02:30 comes twice."},{"nominalTime":"2026-03-29T01:00:00.000Z","localTime":"2026-03-29T02:30:00",\
                "fires":false,"explain":null}]}""");

        assertThat(run("schedule preview @daily --zone Europe/Berlin --dst skip --from 2026-10-24T12:00:00Z --count 2")
                        .out())
                .isEqualTo("""
                        2026-10-25T00:30:00.000Z\t2026-10-25T02:30:00+02:00\tyes\t02:30 comes twice.
                        2026-03-29T01:00:00.000Z\t2026-03-29T02:30:00\tno\t
                        """);
        assertThat(sent("POST"))
                .containsExactly(
                        "{\"cron\":\"@daily\",\"zone\":\"Europe/Berlin\",\"dst\":\"skip\",\"from\":\"2026-10-24T12:00:00Z\",\"count\":2}");
    }
}
