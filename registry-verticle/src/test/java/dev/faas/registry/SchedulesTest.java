package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules as their users see them. None of them is due while a test runs. */
class SchedulesTest extends RegistryFixture {
    private static final String PATH = "/v1/schedules";

    private String function;

    @BeforeEach
    void createFunction() {
        function = user.create("report").json().getString("id");
    }

    private static JsonObject body(String name) {
        return new JsonObject().put("name", name).put("function", "report").put("cron", "30 2 29 2 *");
    }

    @Test
    void givenALeastDefinition_whenCreatedAndRead_thenTheDefaultsAreFilledIn() {
        var made = user.post(PATH, body("nightly").put("zone", "Europe/Berlin"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        var schedule = made.json();
        assertThat(Ids.isSchedule(schedule.getString("id"))).isTrue();
        assertThat(made.header("Location")).isEqualTo(PATH + "/" + schedule.getString("id"));
        assertThat(schedule.getMap())
                .containsEntry("functionId", function)
                .containsEntry("function", "report")
                .containsEntry("dst", "once")
                .containsEntry("overlap", "skip")
                .containsEntry("catchupWindowSeconds", 3600)
                .containsEntry("remainingActions", null)
                .containsEntry("state", "active")
                .containsEntry("paused", false)
                .containsEntry("nextTime", "2028-02-29T01:30:00.000Z");
        assertThat(schedule.getJsonArray("nextTimes")).hasSize(10);
        for (var ref : List.of("nightly", schedule.getString("id"))) {
            assertThat(user.get(PATH + "/" + ref).json()).isEqualTo(schedule);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name': 'No'}                           | name
            {'function': 'a b'}                      | function
            {'function': null}                       | function
            {'cron': '0/15 * * * *'}                 | cron
            {'cron': null}                           | cron
            {'at': '2100-01-01T00:00:00Z'}           | cron
            {'cron': null, 'at': 'tomorrow'}         | at
            {'cron': null, 'at': '2020-01-01T00:00:00Z'} | at
            {'endAt': '2020-01-01T00:00:00Z'}        | endAt
            {'startAt': '2030-01-01T00:00:00Z', 'endAt': '2029-01-01T00:00:00Z'} | endAt
            {'zone': '+01:00'}                       | zone
            {'dst': 'literal'}                       | dst
            {'overlap': 'terminateOther'}            | overlap
            {'overlap': 'never'}                     | overlap
            {'catchupWindowSeconds': 9}              | catchupWindowSeconds
            {'jitterSeconds': 3601}                  | jitterSeconds
            {'remainingActions': 0}                  | remainingActions
            {'timeoutSeconds': 0}                    | timeoutSeconds
            {'colour': 'green'}                      | colour
            """)
    void givenAnInvalidDefinition_whenCreated_thenItsFieldIsNamed(String changes, String field) {
        var body = body("nightly").mergeIn(new JsonObject(changes.replace('\'', '"')));

        var refused = user.post(PATH, body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }

    @Test
    void givenNoSuchFunctionOrATakenName_whenCreated_thenNothingIsStored() {
        assertThat(user.post(PATH, body("a").put("function", "nobodys")).code()).isEqualTo("function_not_found");
        assertThat(user.post(PATH, body("a").put("function", "report@2")).code())
                .isEqualTo("function_not_found");
        assertThat(user.post(PATH, body("b").put("function", "report@1")).status())
                .isEqualTo(201);
        assertThat(user.post(PATH, body("b")).code()).isEqualTo("name_taken");

        assertThat(names(user.get(PATH))).containsExactly("b");
    }

    @Test
    void givenAnotherUser_whenAsked_thenTheScheduleDoesNotExist() throws Exception {
        user.post(PATH, body("nightly"));
        var other = registry.client();

        assertThat(other.get(PATH + "/nightly").code()).isEqualTo("schedule_not_found");
        assertThat(other.send("DELETE", PATH + "/nightly", "").code()).isEqualTo("schedule_not_found");
        assertThat(other.get(PATH).items()).isEmpty();
    }

    @Test
    void givenAQuota_whenOneMoreIsCreated_thenItIsRefused() throws Exception {
        registry.backends.text(
                "insert into quota (owner, limits) values ('" + owner + "', '{\"schedules\": 1}') returning owner");
        user.post(PATH, body("one"));

        var refused = user.post(PATH, body("two"));

        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(names(user.get(PATH))).containsExactly("one");
    }

    /** Of each by its next 100 times, however seldom these bursts are. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'cron': '* * * * *'}                             | 60
            {'cron': '* * * * * *'}                           | 3600
            {'cron': '@every 90s'}                            | 40
            {'cron': '0 0 29 2 *'}                            | 1
            {'cron': null, 'at': '2100-01-01T00:00:00Z'}      | 1
            {'cron': '* * * * *', 'paused': true}             | 0
            {'cron': '* * * * * *', 'startAt': '2100-01-01T00:00:00Z', 'endAt': '2100-01-01T00:00:05Z'} | 5
            """)
    void givenASchedule_whenItsUseIsRead_thenItIsTimesAnHour(String changes, int perHour) {
        user.post(PATH, body("nightly").mergeIn(new JsonObject(changes.replace('\'', '"'))));

        assertThat(used("scheduleTicksPerHour")).isEqualTo(perHour);
    }

    private long used(String limit) {
        return user.get("/v1/projects/" + owner + "/quota")
                .json()
                .getJsonObject("used")
                .getLong(limit);
    }

    @Test
    void givenAQuotaOfTicks_whenMoreWouldBeActive_thenItIsRefusedWithTheNumber() throws Exception {
        registry.backends.text("insert into quota (owner, limits) values ('" + owner
                + "', '{\"scheduleTicksPerHour\": 100}') returning owner");
        user.post(PATH, body("one").put("cron", "* * * * *"));
        var often = body("two").put("cron", "* * * * *");

        var refused = user.post(PATH, often);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(refused.json().getString("detail")).contains("120 times an hour", "may have 100");
        assertThat(user.post(PATH, often.copy().put("paused", true)).status()).isEqualTo(201);
        assertThat(user.post(PATH + "/two/resume", new JsonObject()).code()).isEqualTo("quota_exceeded");

        assertThat(user.put(PATH + "/two", often.copy().put("cron", "0 * * * *"))
                        .status())
                .isEqualTo(200);
        assertThat(user.put(PATH + "/two", often).code()).isEqualTo("quota_exceeded");
        assertThat(user.get(PATH + "/two").json().getString("cron")).isEqualTo("0 * * * *");
        assertThat(used("scheduleTicksPerHour")).isEqualTo(61);
    }

    @Test
    void givenASchedule_whenReplacedAndPatched_thenTheNextTimesFollow() {
        var made = user.post(PATH, body("nightly"));
        var edited = made.json().put("cron", "0 0 1 1 *").put("note", "later");

        var replaced = user.put(PATH + "/nightly", edited);
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.header("ETag")).isEqualTo("\"2\"");
        assertThat(replaced.json().getString("nextTime")).endsWith("-01-01T00:00:00.000Z");
        assertThat(user.put(PATH + "/nightly", replaced.json()).header("ETag"))
                .as("nothing has changed")
                .isEqualTo("\"2\"");

        var patched = user.send("PATCH", PATH + "/nightly", "{\"cron\": null, \"at\": \"2100-06-01T00:00:00Z\"}");
        assertThat(patched.json().getString("nextTime")).isEqualTo("2100-06-01T00:00:00.000Z");
        assertThat(patched.json().getJsonArray("nextTimes")).hasSize(1);

        assertThat(user.send("PATCH", PATH + "/nightly", "{\"name\": \"other\"}")
                        .status())
                .isEqualTo(400);
        assertThat(user.send("PATCH", PATH + "/nightly", "{\"note\": \"x\"}", "If-Match", "\"2\"")
                        .code())
                .isEqualTo("precondition_failed");
    }

    @Test
    void givenAPause_whenResumed_thenOneTickCountsWhatItMissed() throws Exception {
        user.post(PATH, body("often").put("cron", "0 0 * * *"));
        var paused = user.post(PATH + "/often/pause", new JsonObject().put("note", "broken"));
        assertThat(paused.json().getMap())
                .containsEntry("state", "paused")
                .containsEntry("note", "broken")
                .containsEntry("nextTime", null);
        registry.backends.text(
                "update schedule set paused_at = '2026-01-01T12:00:00Z' where owner = '" + owner + "' returning id");

        var resumed = user.send("POST", PATH + "/often/resume", "");

        assertThat(resumed.json().getString("state")).isEqualTo("active");
        assertThat(resumed.json().getString("note")).isEmpty();
        var ticks = user.get(PATH + "/often/ticks").items();
        assertThat(ticks).hasSize(1);
        assertThat(ticks.getJsonObject(0).getMap())
                .containsEntry("outcome", "paused")
                .containsEntry("from", "2026-01-02T00:00:00.000Z")
                .containsKeys("count", "until");
        assertThat(user.get(PATH + "/often/ticks/2026-01-05T00:00:00Z").json()).isEqualTo(ticks.getJsonObject(0));
    }

    @Test
    void givenADeletedFunction_whenOneOfItsNameIsCreated_thenTheScheduleStaysStopped() {
        user.post(PATH, body("nightly"));
        user.send("DELETE", "/v1/functions/report", "");
        user.create("report");

        var stopped = user.get(PATH + "/nightly").json();

        assertThat(stopped.getMap()).containsEntry("state", "function_deleted").containsEntry("nextTime", null);
        assertThat(user.put(PATH + "/nightly", body("nightly")).json().getString("state"))
                .as("sent again")
                .isEqualTo("active");
    }

    @ParameterizedTest
    @CsvSource({
        "active,           paused,           paused",
        "completed,        completed,        active",
        "function_deleted, function_deleted, function_deleted"
    })
    void givenAState_whenPausedAndPatched_thenOneThatDoesNotRunKeepsIt(String state, String paused, String patched)
            throws Exception {
        user.post(PATH, body("nightly"));
        if (state.equals("function_deleted")) {
            user.send("DELETE", "/v1/functions/report", "");
            user.create("report");
        }
        if (state.equals("completed")) {
            registry.backends.run(
                    "update schedule set state = 'completed', next_at = null, due_at = null where owner = '" + owner
                            + "'");
        }

        assertThat(user.post(PATH + "/nightly/pause", new JsonObject()).json().getString("state"))
                .isEqualTo(paused);
        user.send("PATCH", PATH + "/nightly", "{\"note\": \"x\"}");

        assertThat(user.get(PATH + "/nightly").json().getString("state")).isEqualTo(patched);
    }

    /** It goes down by itself, also while somebody edits another field. */
    @Test
    void givenRemainingActions_whenReplacedWithoutThem_thenTheyStay_andNullIsNoLimit() throws Exception {
        user.post(PATH, body("nightly").put("remainingActions", 5));
        registry.backends.run("update schedule set remaining = 2 where owner = '" + owner + "'");

        assertThat(user.put(PATH + "/nightly", body("nightly").put("note", "x"))
                        .json()
                        .getInteger("remainingActions"))
                .isEqualTo(2);
        assertThat(user.put(PATH + "/nightly", body("nightly").putNull("remainingActions"))
                        .json()
                        .getInteger("remainingActions"))
                .isNull();
    }

    /** Between its time and its jitter it is due at some moment. */
    @Test
    void givenATimeThatIsDueLater_whenTheJitterIsChanged_thenItIsNotDropped() throws Exception {
        user.post(PATH, body("nightly").put("cron", "* * * * *").put("jitterSeconds", 50));
        var next = Instant.now().truncatedTo(ChronoUnit.MINUTES);
        registry.backends.run("update schedule set next_at = '" + next
                + "', due_at = now() + interval '1 hour' where owner = '" + owner + "'");

        user.send("PATCH", PATH + "/nightly", "{\"jitterSeconds\": 0}");

        Await.eventually(() -> registry.backends
                .text("select string_agg(outcome, ' ') from tick where owner = '" + owner + "' and nominal = '" + next
                        + "'")
                .equals("fired"));
    }

    /** A change of a schedule takes the owner's lock first, so the deletion of its function does, too. */
    @Test
    void givenAChangeOfTheOwner_whenTheFunctionIsDeleted_thenItWaitsWithoutLocksOfItsOwn() throws Exception {
        user.post(PATH, body("nightly"));
        try (var other = registry.backends.connection();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(hashtextextended('" + owner + "', 12))");
            var deleted = CompletableFuture.supplyAsync(() -> user.send("DELETE", "/v1/functions/report", ""));
            Await.eventually(() -> registry.backends
                            .text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
                            .equals("1")
                    || deleted.isDone());

            statement.execute("select from function where owner = '" + owner + "' for update nowait");

            assertThat(deleted).isNotDone();
            other.rollback();
            assertThat(deleted.get(10, TimeUnit.SECONDS).status()).isEqualTo(204);
        }
    }

    /** The function was deleted long ago. */
    @Test
    void givenAPurgedFunction_whenTheScheduleIsAskedFor_thenItCanBeDeleted() throws Exception {
        user.post(PATH, body("nightly"));
        user.send("DELETE", "/v1/functions/report", "");
        registry.backends.run("delete from function_revision where function_id = '" + function + "'");
        registry.backends.run("delete from function where owner = '" + owner + "'");

        assertThat(names(user.get(PATH))).containsExactly("nightly");
        assertThat(user.get(PATH + "/nightly").json().getString("function")).isEqualTo(function);
        assertThat(user.send("DELETE", PATH + "/nightly", "").status()).isEqualTo(204);
    }

    @Test
    void givenManyBackfilledTicksThatHaveNotRun_whenMoreAreAskedFor_thenTheyAreRefused() throws Exception {
        user.post(PATH, body("nightly"));
        registry.backends.run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, alive, leased_until)
                select 'sch_gone', now() + i * interval '1 second', 'backfill', '%s', 'waiting', now(), true, now() + interval '1 day'
                from generate_series(1, 10001) i""".formatted(owner));

        var refused = user.post(
                PATH + "/nightly/backfill",
                new JsonObject().put("from", "2023-01-01T00:00:00Z").put("to", "2025-01-01T00:00:00Z"));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("quota_exceeded");
    }

    @Test
    void givenAPeriodBehindManySpaces_whenCreated_thenItIsRefused() {
        assertThat(user.post(PATH, body("nightly").put("cron", " ".repeat(10_000) + "@every 1h"))
                        .status())
                .isEqualTo(400);
    }

    /** Its only tick has not fired yet. */
    @Test
    void givenTheLastActionIsPending_whenMoreAreAllowed_thenThereIsANextTime() throws Exception {
        user.post(PATH, body("nightly").put("remainingActions", 1));
        registry.backends.run("update schedule set next_at = null, due_at = null where owner = '" + owner + "'");

        var patched = user.send("PATCH", PATH + "/nightly", "{\"remainingActions\": 5}");

        assertThat(patched.json().getString("nextTime")).isNotNull();
    }

    @Test
    void givenALimitOfActions_whenItIsPatchedWithNull_thenThereIsNone() {
        user.post(PATH, body("nightly").put("remainingActions", 5));

        assertThat(user.send("PATCH", PATH + "/nightly", "{\"remainingActions\": null}")
                        .json()
                        .getMap())
                .containsEntry("remainingActions", null);
    }

    @Test
    void givenSchedules_whenListed_thenByPageFunctionAndState() {
        user.create("other");
        user.post(PATH, body("a"));
        user.post(PATH, body("b").put("function", "other"));
        user.post(PATH, body("c").put("paused", true));

        var first = user.get(PATH + "?limit=2");
        assertThat(names(first)).containsExactly("a", "b");
        assertThat(names(user.get(PATH + "?limit=2&cursor=" + first.next()))).containsExactly("c");
        assertThat(names(user.get(PATH + "?function=other"))).containsExactly("b");
        assertThat(names(user.get(PATH + "?function=" + function))).containsExactly("a", "c");
        assertThat(names(user.get(PATH + "?state=paused"))).containsExactly("c");
        assertThat(user.get(PATH + "?state=asleep&function=x@1").json().getJsonArray("errors"))
                .hasSize(2);
    }

    @Test
    void givenTicks_whenListed_thenNewestFirstByPageAndOutcome() throws Exception {
        var id = user.post(PATH, body("nightly")).json().getString("id");
        registry.backends.text("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, activation_id, late_ms)
                select '%s', t, 'schedule', '%s', case when extract(day from t) = 2 then 'fired' else 'skipped_overlap' end,
                    t, null, 9 from generate_series('2026-01-01T00:00:00Z'::timestamptz, '2026-01-03', '1 day') t
                returning owner""".formatted(id, owner));

        var ticks = PATH + "/nightly/ticks";
        var first = user.get(ticks + "?limit=2");
        assertThat(times(first)).containsExactly("2026-01-03T00:00:00.000Z", "2026-01-02T00:00:00.000Z");
        assertThat(times(user.get(ticks + "?limit=2&cursor=" + first.next())))
                .containsExactly("2026-01-01T00:00:00.000Z");
        assertThat(times(user.get(ticks + "?outcome=fired"))).containsExactly("2026-01-02T00:00:00.000Z");
        assertThat(times(user.get(ticks + "?since=2026-01-02T00:00:00Z&until=2026-01-03T00:00:00Z")))
                .containsExactly("2026-01-02T00:00:00.000Z");
        assertThat(first.items().getJsonObject(0).getString("tickId")).isEqualTo(id + "@2026-01-03T00:00:00.000Z");
    }

    @Test
    void givenATimeWithoutATick_whenExplained_thenTheReasonIsTold() {
        user.post(PATH, body("nightly"));

        assertThat(explain("2028-02-29T02:30:00Z")).isEqualTo("It is not due yet.");
        assertThat(explain("2028-02-29T02:31:00Z"))
                .isEqualTo("This is not a time of the schedule; the next one after it is 2032-02-29T02:30:00.000Z.");
        assertThat(explain("2024-02-29T02:30:00Z")).startsWith("Nothing is recorded");
        assertThat(user.get(PATH + "/nightly/ticks/yesterday").status()).isEqualTo(400);
    }

    private String explain(String time) {
        return user.get(PATH + "/nightly/ticks/" + time).json().getString("explain");
    }

    @Test
    void givenAPattern_whenPreviewed_thenEachTimeTellsWhatTheClockDoesToIt() {
        var times = user.post(
                        PATH + "/preview",
                        new JsonObject()
                                .put("cron", "30 2 * * *")
                                .put("zone", "Europe/Berlin")
                                .put("dst", "skip")
                                .put("from", "2026-03-28T12:00:00Z")
                                .put("count", 2))
                .json()
                .getJsonArray("times");

        assertThat(times)
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("nominalTime", "2026-03-29T01:00:00.000Z")
                                .put("localTime", "2026-03-29T02:30:00")
                                .put("fires", false)
                                .put("explain", "02:30 does not exist in this zone; dst is skip, so nothing runs."))
                        .add(new JsonObject()
                                .put("nominalTime", "2026-03-30T00:30:00.000Z")
                                .put("localTime", "2026-03-30T02:30:00+02:00")
                                .put("fires", true)
                                .putNull("explain")));
        assertThat(user.post(PATH + "/preview", new JsonObject().put("cron", "@reboot"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void givenChanges_whenTheAuditLogIsRead_thenItHasThemWithoutTheArgument() throws Exception {
        user.post(PATH, body("nightly").put("argument", "hunter2"));
        user.post(PATH + "/nightly/pause", new JsonObject());
        user.post(PATH + "/nightly/resume", new JsonObject());
        for (int i = 0; i < 2; i++) { // the repeat changes nothing
            user.send("POST", PATH + "/nightly/trigger", "", "Idempotency-Key", "k");
        }
        user.post(PATH + "/nightly/backfill", new JsonObject().put("from", "2020-01-01T00:00:00Z"));
        user.send("PATCH", PATH + "/nightly", "{\"note\": \"x\"}");
        user.send("DELETE", PATH + "/nightly", "");

        assertThat(registry.backends.text("select string_agg(action, ' ' order by seq) from audit where project = '"
                        + owner + "' and action like 'schedule%'"))
                .isEqualTo("schedule.create schedule.pause schedule.resume schedule.trigger schedule.backfill"
                        + " schedule.update schedule.delete");
        assertThat(registry.backends.text("select count(*) from audit where changes::text like '%hunter2%'"))
                .isEqualTo("0");
        assertThat(user.get(PATH + "/nightly").status()).isEqualTo(404);
    }

    @Test
    void givenOldTicks_whenTheRetentionHasRun_thenTheyAreGone() throws Exception {
        registry.backends.text("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, decided_at)
                values ('sch_x', '%1$s', 'schedule', '%2$s', 'missed', '%1$s', now() - interval '31 days'),
                    ('sch_y', '%1$s', 'schedule', '%2$s', 'missed', '%1$s', now() - interval '29 days'),
                    ('sch_often', '%1$s', 'schedule', '%2$s', 'skipped_overlap', '%1$s', now() - interval '25 hours'),
                    ('sch_z', '%1$s', 'schedule', '%2$s', 'skipped_overlap', '%1$s', now() - interval '23 hours')
                returning owner""".formatted(Instant.EPOCH, owner));

        Await.eventually(() -> registry.backends
                .text("select string_agg(schedule_id, ' ' order by schedule_id) from tick where owner = '" + owner
                        + "'")
                .equals("sch_y sch_z"));
    }

    private static List<String> names(HttpAnswer page) {
        return texts(page, "name");
    }

    private static List<String> times(HttpAnswer page) {
        return texts(page, "nominalTime");
    }

    private static List<String> texts(HttpAnswer page, String field) {
        return page.items().stream()
                .map(item -> ((JsonObject) item).getString(field))
                .toList();
    }
}
