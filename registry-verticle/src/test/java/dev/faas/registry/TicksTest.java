package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.testing.Await;
import dev.faas.testing.ProcessSignal;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Ticks of schedules that are due. */
class TicksTest extends TickFixture {
    private static final JsonObject EACH_SECOND = changes("{'cron': '* * * * * *'}");

    private static void end(String activationId, Status status) {
        if (status == Status.CANCELLED) {
            cancel(activationId);
            return;
        }
        var snapshot = inStream(activationId).orElseThrow();
        var queued = (ActivationRecord.Queued) snapshot.record();
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var running = queued.claim(Story.WORKER, "run-1", now);
        events.append(running, snapshot.sequence()).join();
        var sequence = inStream(activationId).map(Snapshot::sequence).orElseThrow();
        var report = Report.withoutOutcome(status, Reason.EXIT_CODE, "failed", now);
        events.append(running.finish(report, Duration.ZERO), sequence).join();
    }

    private List<String> firedActivations(String name) {
        return ticks(name).reversed().stream()
                .filter(tick -> tick.getString("outcome").equals("fired"))
                .map(tick -> tick.getString("activationId"))
                .toList();
    }

    @Test
    void givenOneTime_whenItIsDue_thenItIsSubmittedOnce_notBefore() throws Exception {
        var at = soon(Duration.ofSeconds(2));
        schedule(
                "once",
                changes("{'argument': 'full', 'tags': {'a': 'b'}, 'timeoutSeconds': 7}")
                        .put("at", at.toString()));

        var tick = onlyTick("once", "fired");

        assertThat(Instant.now()).isAfterOrEqualTo(at);
        assertThat(Instant.parse(tick.getString("nominalTime"))).isEqualTo(at);
        assertThat(tick.getLong("lateMs")).isBetween(0L, 5_000L);
        var accepted = (ActivationRecord.Queued)
                inStream(tick.getString("activationId")).orElseThrow().record();
        assertThat(accepted.order().argument()).isEqualTo("full");
        assertThat(accepted.activation().timeoutSeconds()).isEqualTo(7);
        assertThat(accepted.activation().tags()).containsEntry("a", "b");
        assertThat(accepted.activation().owner()).isEqualTo(owner);
        assertThat(accepted.activation().trigger())
                .isEqualTo(new Trigger(Trigger.SCHEDULE, get("once").getString("id"), ApiTime.format(at)));
        assertThat(get("once").getString("state")).isEqualTo("completed");
    }

    @Test
    void givenTwoDispatchers_whenManyAreDue_thenEachRunsOnce() throws Exception {
        var other = new RegistryVerticle(registry.backends.config());
        var deployment = await(registry.vertx.deployVerticle(other));
        var at = soon(Duration.ofSeconds(3)).toString();
        for (int i = 0; i < 40; i++) {
            schedule("s" + i, new JsonObject().put("at", at));
        }

        Await.eventually(() -> registry.backends.number(
                        "select count(*) from tick where outcome = 'fired' and owner = '" + owner + "'")
                == 40);
        Await.eventually(() -> acceptedCount() == 40);
        await(registry.vertx.undeploy(deployment));
    }

    @Test
    void givenSkip_whenTheEarlierOneHasNotEnded_thenTimesAreSkippedUntilItEnds() {
        schedule("often", EACH_SECOND);
        Await.eventually(() -> Collections.frequency(outcomes("often"), "skipped_overlap") >= 2);
        assertThat(firedActivations("often")).hasSize(1);

        end(firedActivations("often").getFirst(), Status.CANCELLED);

        Await.eventually(() -> firedActivations("often").size() == 2);
        user.send("DELETE", "/v1/schedules/often", "");
    }

    @Test
    void givenBufferOne_whenTheEarlierOneEnds_thenOneThatWaitedRuns() {
        schedule("often", EACH_SECOND.copy().put("overlap", "bufferOne"));
        Await.eventually(() -> outcomes("often").contains("skipped_overlap"));
        user.send("POST", "/v1/schedules/often/pause", "");
        user.send("PATCH", "/v1/schedules/often", "{\"paused\": false, \"cron\": \"0 0 29 2 *\"}");
        assertThat(outcomes("often").subList(0, 2)).containsExactly("fired", "buffered");

        end(firedActivations("often").getFirst(), Status.CANCELLED);

        Await.eventually(() -> outcomes("often").subList(0, 2).equals(List.of("fired", "fired")));
        assertThat(inStream(firedActivations("often").getLast())).isPresent();
    }

    @Test
    void givenCancelOther_whenTheNextIsDue_thenTheEarlierOneIsCancelled_andTheNextRuns() {
        schedule("often", EACH_SECOND.copy().put("overlap", "cancelOther"));

        Await.eventually(() -> firedActivations("often").size() >= 2);

        assertThat(inStream(firedActivations("often").getFirst())
                        .orElseThrow()
                        .record()
                        .currentReason())
                .isEqualTo(Reason.CANCELLED_BY_SCHEDULE);
        user.send("DELETE", "/v1/schedules/often", "");
    }

    /** Three turns, in each of which the dispatcher asks in vain whether the earlier activation has ended. */
    @Test
    void givenASilentBus_whenTicksAreDecided_thenLocksAreHeldForASecond_andTheTicksAreDecidedLater() throws Exception {
        schedule("often", EACH_SECOND);
        Await.eventually(() -> outcomes("often").contains("skipped_overlap"));
        var turns = new TreeMap<String, Long>();

        ProcessSignal.send("STOP", registry.backends.nats.pid());
        try {
            Await.eventually(() -> {
                registry.backends
                        .transactionsThatWait()
                        .forEach((start, millis) -> turns.merge(start, millis, Math::max));
                return turns.size() > 3;
            });
        } finally {
            ProcessSignal.send("CONT", registry.backends.nats.pid());
        }

        assertThat(turns.values()).allSatisfy(millis -> assertThat(millis).isLessThan(1_700));
        int decided = outcomes("often").size();
        Await.eventually(() -> outcomes("often").size() > decided);
        assertThat(firedActivations("often")).hasSize(1);
        user.send("DELETE", "/v1/schedules/often", "");
        // The next test needs a registry that creates functions again.
        Await.eventually(() -> user.create("again").status() == 201);
    }

    @Test
    void givenRemainingActions_whenTheyAreSpent_thenTheScheduleIsCompleted() throws Exception {
        schedule("thrice", EACH_SECOND.copy().put("overlap", "allowAll").put("remainingActions", 3));

        Await.eventually(() -> get("thrice").getString("state").equals("completed"));

        assertThat(outcomes("thrice")).containsExactly("fired", "fired", "fired");
        assertThat(get("thrice").getInteger("remainingActions")).isZero();
        Await.eventually(() -> acceptedCount() == 3);
    }

    @Test
    void givenAnOutage_whenItIsOver_thenTimesWithinTheWindowFire_andOlderOnesAreMissed() throws Exception {
        schedule("often", EACH_SECOND.copy().put("overlap", "allowAll").put("catchupWindowSeconds", 10));

        registry.withoutAny(() -> registry.backends.run(
                "update schedule set next_at = date_trunc('second', now()) - interval '200 seconds',"
                        + " due_at = now() - interval '200 seconds' where owner = '" + owner + "'"));

        user = registry.client(owner); // at another port
        Await.eventually(() -> outcomes("often").contains("missed")
                && outcomes("often").getLast().equals("fired"));
        user.send("DELETE", "/v1/schedules/often", "");
        assertThat(registry.backends.number(
                        "select sum(times) from tick where outcome = 'missed' and owner = '" + owner + "'"))
                .isBetween(185L, 196L);
        assertThat(registry.backends.number(
                        "select count(*) from tick where outcome = 'missed' and owner = '" + owner + "'"))
                .isEqualTo(100);
    }

    @Test
    void givenAFullQueue_whenATickIsDue_thenItWaits_andIsMissedAtTheEndOfItsWindow() {
        user.put(
                "/v1/functions/report",
                new JsonObject("{\"name\": \"report\", \"image\": \"x\", \"queue\": {\"maxPending\": 1}}"));
        scheduleIn(Duration.ofMillis(500), new JsonObject());
        onlyTick("once", "fired");

        schedule(
                "crowded",
                new JsonObject()
                        .put("at", soon(Duration.ofSeconds(3)).toString())
                        .put("catchupWindowSeconds", 10));

        assertThat(onlyTick("crowded", "waiting").getString("reason")).isEqualTo("queue_full");
        Await.until("missed", Duration.ofSeconds(30), () -> outcomes("crowded").equals(List.of("missed")));
        assertThat(ticks("crowded").getFirst().getString("reason")).isEqualTo("queue_full");
    }

    @Test
    void givenPauseOnFailure_whenAnActivationFails_thenTheScheduleIsPaused() throws Exception {
        schedule("once", EACH_SECOND.copy().put("pauseOnFailure", true));
        Await.eventually(() -> !firedActivations("once").isEmpty());
        var activation = firedActivations("once").getFirst();

        end(activation, Status.FAILED);

        Await.eventually(() -> get("once").getString("state").equals("paused"));
        assertThat(get("once").getString("note")).isEqualTo("Paused: activation " + activation + " ended failed.");
        assertThat(registry.backends.text("select string_agg(actor || ' ' || action, ', ' order by seq) from audit"
                        + " where project = '" + owner + "' and action like 'schedule%'"))
                .isEqualTo(owner + " schedule.create, platform schedule.pause");
    }

    @Test
    void givenAPausedSchedule_whenTriggered_thenItRunsOnceAKey_andCountsNoAction() throws Exception {
        schedule("later", changes("{'cron': '@yearly', 'paused': true, 'remainingActions': 1}"));

        var first = user.send("POST", "/v1/schedules/later/trigger", "", "Idempotency-Key", "k1");
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.json().getString("kind")).isEqualTo("manual");
        assertThat(user.send("POST", "/v1/schedules/later/trigger", "", "Idempotency-Key", "k1")
                        .json()
                        .getString("activationId"))
                .isEqualTo(first.json().getString("activationId"));

        assertThat(onlyTick("later", "fired").getString("activationId"))
                .isEqualTo(first.json().getString("activationId"));
        assertThat(get("later").getInteger("remainingActions")).isOne();
    }

    @Test
    void givenAPausedSchedule_whenTriggeredWhileOneRuns_thenThePolicyOfTheRequestHolds() {
        schedule("later", changes("{'cron': '@yearly', 'paused': true, 'overlap': 'allowAll'}"));
        trigger("allowAll");
        Await.eventually(() -> outcomes("later").equals(List.of("fired")));
        var first = firedActivations("later").getFirst();

        trigger("skip");
        Await.eventually(() -> outcomes("later").equals(List.of("fired", "skipped_overlap")));
        trigger("bufferOne");
        trigger("bufferOne");
        Await.eventually(
                () -> outcomes("later").equals(List.of("fired", "skipped_overlap", "buffered", "skipped_overlap")));
        end(first, Status.CANCELLED);
        Await.eventually(
                () -> outcomes("later").equals(List.of("fired", "skipped_overlap", "fired", "skipped_overlap")));
        var second = firedActivations("later").getLast();
        trigger("cancelOther");

        Await.eventually(() -> outcomes("later").getLast().equals("fired"));
        assertThat(inStream(second).orElseThrow().record().currentReason()).isEqualTo(Reason.CANCELLED_BY_SCHEDULE);
        assertThat(user.send("POST", "/v1/schedules/later/trigger", "{\"overlap\": \"terminateOther\"}")
                        .status())
                .isEqualTo(400);
    }

    private void trigger(String overlap) {
        var body = new JsonObject().put("overlap", overlap);
        assertThat(user.send("POST", "/v1/schedules/later/trigger", body.encode())
                        .status())
                .isEqualTo(202);
    }

    @Test
    void givenPastTimes_whenBackfilledOneAfterTheOther_thenTheNextRunsWhenTheEarlierOneHasEnded() {
        schedule("daily", changes("{'cron': '@daily', 'paused': true}"));
        var range = "{'from': '2026-01-01T00:00:00Z', 'to': '2026-01-04T00:00:00Z', 'overlap': 'bufferAll'}"
                .replace('\'', '"');

        assertThat(user.send("POST", "/v1/schedules/daily/backfill", range).status())
                .isEqualTo(202);

        for (int fired = 1; fired <= 3; fired++) {
            int so = fired;
            Await.eventually(() -> firedActivations("daily").size() == so);
            assertThat(Collections.frequency(outcomes("daily"), "buffered")).isEqualTo(3 - fired);
            end(firedActivations("daily").getLast(), Status.CANCELLED);
        }
    }

    @Test
    void givenPastTimes_whenBackfilled_thenEachRuns() throws Exception {
        schedule("daily", changes("{'cron': '@daily', 'paused': true}"));
        var range = "{\"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-04T00:00:00Z\"}";

        for (int i = 0; i < 2; i++) {
            var accepted = user.send("POST", "/v1/schedules/daily/backfill", range, "Idempotency-Key", "k1");
            assertThat(accepted.status()).isEqualTo(202);
            assertThat(accepted.json().getInteger("ticks")).isEqualTo(3);
        }

        Await.eventually(() -> outcomes("daily").equals(List.of("fired", "fired", "fired")));
        assertThat(ticks("daily").getFirst().getString("nominalTime")).isEqualTo("2026-01-04T00:00:00.000Z");
        Await.eventually(() -> acceptedCount() == 3);
        for (var wrong : List.of(range.replace("2026-01-04", "2100-01-01"), "{\"to\": \"2026-01-04T00:00:00Z\"}")) {
            assertThat(user.send("POST", "/v1/schedules/daily/backfill", wrong).status())
                    .isEqualTo(400);
        }
    }

    @Test
    void givenAKey_whenAnotherRequestHasIt_thenItIsRefused_andAfterADayItRuns() throws Exception {
        schedule("daily", changes("{'cron': '@daily', 'paused': true}"));
        var path = "/v1/schedules/daily/";
        var range = "{\"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-04T00:00:00Z\"}";
        user.send("POST", path + "trigger", "", "Idempotency-Key", "k1");
        user.send("POST", path + "backfill", range, "Idempotency-Key", "k1");

        for (var other : List.of(range.replace("04T", "02T"), range.replace("2026-01-01", "2026-01-03"))) {
            assertThat(user.send("POST", path + "backfill", other, "Idempotency-Key", "k1")
                            .code())
                    .isEqualTo("idempotency_key_reused");
        }
        assertThat(user.send("POST", path + "trigger", "{\"overlap\": \"skip\"}", "Idempotency-Key", "k1")
                        .status())
                .isEqualTo(422);
        Await.eventually(() -> outcomes("daily").equals(List.of("fired", "fired", "fired", "fired")));

        registry.backends.run(
                "update tick set decided_at = decided_at - interval '25 hours' where owner = '" + owner + "'");
        assertThat(user.send("POST", path + "backfill", range, "Idempotency-Key", "k1")
                        .json()
                        .getInteger("ticks"))
                .isEqualTo(3);
        Await.eventually(() -> acceptedCount() == 7);
    }

    @Test
    void givenNoEnd_whenBackfilled_thenItIsNow() {
        schedule("hourly", changes("{'cron': '@hourly', 'paused': true}"));
        var from = Instant.now().minus(Duration.ofHours(3));

        var accepted = user.send("POST", "/v1/schedules/hourly/backfill", "{\"from\": \"" + from + "\"}");

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.json().getInteger("ticks")).isEqualTo(3);
    }

    @Test
    void givenActivationsOfASchedule_whenListedByTrigger_thenOnlyTheyAreListed_andTheirRecordsNameIt()
            throws Exception {
        Story.accepted(registry.bus, Story.activation(owner, functionId, "report", Instant.now(), Map.of()), "x");
        var id = scheduleIn(Duration.ofMillis(500), new JsonObject());
        var tick = onlyTick("once", "fired");
        Await.eventually(() -> acceptedCount() == 2);

        var listed = user.get("/v1/activations?trigger=" + id).items();

        assertThat(listed).hasSize(1);
        var record = listed.getJsonObject(0);
        assertThat(record.getString("activationId")).isEqualTo(tick.getString("activationId"));
        assertThat(record.getJsonObject("trigger"))
                .isEqualTo(new JsonObject()
                        .put("type", "schedule")
                        .put("id", id)
                        .put("key", tick.getString("nominalTime")));
        assertThat(user.get("/v1/activations?trigger=" + Ids.schedule(Instant.now()))
                        .items())
                .isEmpty();
        assertThat(user.get("/v1/activations?trigger=once").status()).isEqualTo(400);
    }

    @Test
    void givenTicks_whenTheMetricsAreRead_thenTheyAreCounted() throws Exception {
        scheduleIn(Duration.ofMillis(500), new JsonObject());
        onlyTick("once", "fired");

        try (var operator = new Client(registry.internalPort(), "")) {
            var metrics = operator.get("/metrics").text();
            assertThat(metrics)
                    .containsPattern(Pattern.compile("faas_schedule_ticks_total\\{outcome=\"fired\".*} [1-9]"))
                    .contains("faas_schedule_lateness_seconds_count")
                    .contains("faas_schedules_due");
        }
    }
}
