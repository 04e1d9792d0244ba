package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events on their way to a receiver. Instead of waiting for hours, the tests move what is due. */
class DeliveriesTest extends DestinationFixture {
    @Test
    void givenADestination_whenAnActivationEnds_thenItsSignedEventArrives() {
        var made =
                destination("erp", new JsonObject().put("headers", new JsonObject().put("Authorization", "Bearer x")));

        var activation = succeed(Map.of("order", "4711"));

        var delivery = onlyDelivery(made.getString("id"), "succeeded");
        assertThat(receiver.received()).hasSize(1);
        var request = receiver.received().getFirst();
        assertThat(request.id()).isEqualTo("evt_" + activation);
        assertThat(request.isSignedBy(made.getString("secret"))).isTrue();
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer x")
                .containsEntry("content-type", "application/json");
        var event = request.json();
        assertThat(event.getString("type")).isEqualTo("activation.succeeded");
        var record = user.get("/v1/activations/" + activation).json();
        assertThat(event.getString("timestamp")).isEqualTo(record.getString("finishedAt"));
        assertThat(event.getJsonObject("data")).isEqualTo(record);
        assertThat(record.getString("result")).isEqualTo("done");
        assertThat(delivery.getMap())
                .containsEntry("eventId", "evt_" + activation)
                .containsEntry("activationId", activation)
                .containsEntry("attempt", 1)
                .containsEntry("nextAttemptAt", null);
        assertThat(delivery.getJsonArray("attempts").getJsonObject(0).getMap())
                .containsEntry("status", 200)
                .containsEntry("response", "ok");
    }

    @Test
    void givenSelections_whenActivationsEnd_thenEachDestinationGetsItsOwn() throws Exception {
        var all = destination("all", selection("{'events': ['activation.succeeded', 'activation.cancelled']}"));
        var tagged = destination("tagged", selection("{'tags': {'order': '1'}}"));
        var byName = destination("by-name", selection("{'functions': ['resize']}"));
        var byId = destination("by-id", new JsonObject().put("functions", JsonArray.of(functionId)));
        var other = destination("other", selection("{'functions': ['another']}"));
        var failed = destination("failed", selection("{'events': ['activation.failed']}"));

        var plain = succeed();
        var order = succeed(Map.of("order", "1", "x", "y"));
        var cancelled = cancel();

        Await.eventually(() -> activations(all).size() == 3);
        assertThat(activations(all)).containsExactlyInAnyOrder(plain, order, cancelled);
        assertThat(activations(tagged)).containsExactly(order);
        assertThat(activations(byName)).containsExactlyInAnyOrder(plain, order);
        assertThat(activations(byId)).containsExactlyInAnyOrder(plain, order);
        assertThat(activations(other)).isEmpty();
        assertThat(activations(failed)).isEmpty();
        assertThat(registry.backends.number("select count(*) from ended where owner = '" + owner + "'"))
                .isZero();
    }

    private static JsonObject selection(String json) {
        return new JsonObject(json.replace('\'', '"'));
    }

    private List<String> activations(JsonObject destination) {
        return deliveries(destination.getString("id")).stream()
                .map(delivery -> delivery.getString("activationId"))
                .toList();
    }

    /** A later version may have written it. */
    @Test
    void givenADestinationThatCannotBeRead_whenEventsAreDue_thenOthersGetTheirs() throws Exception {
        var unreadable = destination("later", new JsonObject()).getString("id");
        var readable = destination("erp", new JsonObject()).getString("id");
        registry.backends.run("update destination set spec = '{\"v\": 99}' where id = '" + unreadable + "'");

        var activation = succeed();

        assertThat(onlyDelivery(readable, "succeeded").getString("activationId"))
                .isEqualTo(activation);
        registry.backends.run("delete from destination where id = '" + unreadable + "'");
    }

    @Test
    void givenALongResult_whenSent_thenItsAddressIsInItsPlace() {
        var made = destination("erp", new JsonObject());
        var text = "x".repeat(16 * 1024 + 1);
        var story = Story.accepted(
                        registry.bus, Story.activation(owner, functionId, "resize", Instant.now(), Map.of()), "x")
                .claimed("run-1")
                .succeeded(text, text.length(), 0);

        onlyDelivery(made.getString("id"), "succeeded");

        var data = receiver.received().getFirst().json().getJsonObject("data");
        assertThat(data.getString("result")).isNull();
        assertThat(data.getString("resultUrl")).isEqualTo("/v1/activations/" + story.id() + "/result");
    }

    @Test
    void givenAReceiverThatFails_whenItWorksAgain_thenTheSameEventArrivesAtTheScheduledTime() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        var activation = succeed();

        awaitAttempt(id, 1);
        assertThat(secondsToNext(id)).isBetween(2L, 6L);
        makeDue(id);
        awaitAttempt(id, 2);
        assertThat(secondsToNext(id)).isBetween(260L, 331L);
        receiver.answers(204);
        makeDue(id);

        var delivery = onlyDelivery(id, "succeeded");
        assertThat(delivery.getJsonArray("attempts").stream()
                        .map(attempt -> ((JsonObject) attempt).getInteger("status")))
                .containsExactly(500, 500, 204);
        assertThat(receiver.received())
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.id()).isEqualTo("evt_" + activation));
        assertThat(user.get(PATH + "/erp").json().getInteger("failures")).isZero();
    }

    private void awaitAttempt(String destination, int attempt) {
        Await.eventually(() -> {
            var found = deliveries(destination);
            return found.size() == 1 && found.getFirst().getInteger("attempt") == attempt;
        });
    }

    private long secondsToNext(String destination) {
        var next = Instant.parse(deliveries(destination).getFirst().getString("nextAttemptAt"));
        return Duration.between(Instant.now(), next).toSeconds();
    }

    @Test
    void givenAnAttemptUnderWay_whenRedelivered_thenThereIsNoSecondOneBesideIt() {
        receiver.answersAfter(Duration.ofSeconds(3));
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        Await.eventually(() -> receiver.received().size() == 1);
        var delivery = deliveries(id).getFirst();
        assertThat(delivery.getString("waits")).isNull();

        var again = user.send("POST", "/v1/deliveries/" + delivery.getString("deliveryId") + "/redeliver", "");

        assertThat(again.status()).isEqualTo(202);
        assertThat(onlyDelivery(id, "succeeded").getInteger("attempt")).isEqualTo(1);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void givenTenFailedAttempts_whenNoneIsLeft_thenItFailsAndCanBeRedelivered() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        awaitAttempt(id, 1);
        registry.backends.run("update delivery set attempt = 9, due_at = now() where destination_id = '" + id + "'");

        var failed = onlyDelivery(id, "failed");
        assertThat(failed.getMap())
                .containsEntry("reason", "attempts_exhausted")
                .containsEntry("attempt", 10);
        receiver.answers(200);
        var again = user.send("POST", "/v1/deliveries/" + failed.getString("deliveryId") + "/redeliver", "");

        assertThat(again.status()).isEqualTo(202);
        var delivered = onlyDelivery(id, "succeeded");
        assertThat(delivered.getInteger("attempt")).isEqualTo(1);
        assertThat(delivered.getJsonArray("attempts")).hasSize(3);
        assertThat(receiver.received().getLast().id())
                .isEqualTo(receiver.received().getFirst().id());
    }

    @Test
    void givenRetryAfter_whenLaterThanTheSchedule_thenTheNextAttemptIsThenAndTheDestinationIsLeftAlone() {
        receiver.answers(503, "600");
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();

        awaitAttempt(id, 1);

        assertThat(secondsToNext(id)).isBetween(560L, 600L);
        var open = Instant.parse(user.get(PATH + "/erp").json().getString("circuitOpenUntil"));
        assertThat(Duration.between(Instant.now(), open).toSeconds()).isBetween(560L, 600L);
        assertThat(deliveries(id).getFirst().getString("waits")).isEqualTo("circuit_open");
    }

    @Test
    void givenFiveFailures_whenTheCircuitIsOpen_thenOneProbeDecides() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        for (int i = 0; i < 7; i++) {
            succeed();
        }
        Await.eventually(() -> user.get(PATH + "/erp").json().getInteger("failures") >= 5);
        Await.eventually(() -> user.get(PATH + "/erp").json().getString("circuitOpenUntil") != null);
        Await.eventually(() -> noneIsLeased(id));
        int before = receiver.received().size();
        makeDue(id);
        endPause(id);

        Await.eventually(() -> receiver.received().size() > before);
        Await.eventually(() -> number("openings", id) == 2);
        assertThat(receiver.received()).as("one probe").hasSize(before + 1);
        var open = Instant.parse(user.get(PATH + "/erp").json().getString("circuitOpenUntil"));
        assertThat(Duration.between(Instant.now(), open).toSeconds())
                .as("doubled")
                .isBetween(50L, 60L);

        receiver.answers(200);
        makeDue(id);
        endPause(id);
        Await.eventually(() -> deliveries(id).stream()
                .allMatch(delivery -> delivery.getString("state").equals("succeeded")));
        assertThat(user.get(PATH + "/erp").json().getMap())
                .containsEntry("failures", 0)
                .containsEntry("circuitOpenUntil", null);
    }

    @Test
    void givenAnOpenCircuit_whenNothingCanBeClaimed_thenItsProbeIsNotSpent() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        for (int i = 0; i < 5; i++) {
            succeed();
        }
        Await.eventually(() -> user.get(PATH + "/erp").json().getString("circuitOpenUntil") != null);
        Await.eventually(() -> noneIsLeased(id));
        int before = receiver.received().size();
        makeDue(id);
        try (var other = registry.backends.connection();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from delivery where destination_id = '" + id + "' for update");
            endPause(id);
            Pause.of(Duration.ofMillis(2_500)); // claims of each second
            other.rollback();
        }

        Await.eventually(() -> receiver.received().size() > before);
    }

    private boolean noneIsLeased(String id) throws Exception {
        return registry.backends.number("select count(*) from delivery where destination_id = '" + id
                        + "' and due_at between now() + interval '20 seconds' and now() + interval '100 seconds'")
                == 0;
    }

    private long number(String column, String id) throws Exception {
        return registry.backends.number("select " + column + " from destination where id = '" + id + "'");
    }

    @Test
    void givenAReceiverThatIsGone_whenItAnswers410_thenTheDestinationIsDisabledUntilItIsEnabled() throws Exception {
        receiver.answers(410);
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        Await.eventually(() -> "gone".equals(user.get(PATH + "/erp").json().getString("disabledReason")));
        makeDue(id);
        assertThat(deliveries(id).getFirst().getString("waits")).isEqualTo("destination_disabled");
        receiver.answers(200);

        assertThat(user.send("POST", PATH + "/erp/enable", "").json().getBoolean("enabled"))
                .isTrue();

        onlyDelivery(id, "succeeded");
    }

    @Test
    void givenFailuresOfFiveDays_whenAnotherFollows_thenTheDestinationIsDisabled() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        registry.backends.run(
                "update destination set failures = 1, failing_since = now() - interval '121 hours' where id = '" + id
                        + "'");

        succeed();

        Await.eventually(() -> "failing".equals(user.get(PATH + "/erp").json().getString("disabledReason")));
    }

    /** It holds its window, not the dispatcher. */
    @Test
    void givenAReceiverThatNeverAnswers_whenEventsArrive_thenOthersDoNotWait() {
        try (var silent = new WebhookReceiver(registry.vertx)) {
            silent.neverAnswers();
            var dead = destination("dead", new JsonObject().put("url", silent.url()));
            var good = destination("good", new JsonObject());

            for (int i = 0; i < 20; i++) {
                succeed();
            }

            Await.eventually(() -> deliveries(good.getString("id")).stream()
                            .filter(delivery -> delivery.getString("state").equals("succeeded"))
                            .count()
                    == 20);
            assertThat(silent.received()).as("its first window").hasSizeLessThanOrEqualTo(2);
            assertThat(deliveries(dead.getString("id"))).hasSize(20);
        }
    }

    /** The dispatcher counts each five seconds, while there is work. */
    @Test
    void givenAFullBacklog_whenAnotherEventArrives_thenItIsDropped() throws Exception {
        var id = destination("erp", new JsonObject().put("enabled", false)).getString("id");
        var other = destination("other", new JsonObject());
        registry.backends.run("""
                insert into delivery (id, event_id, destination_id, owner, activation_id, type, state, due_at)
                select 'dlv_x' || i, 'evt_x' || i, '%s', '%s', 'x' || i, 'activation.succeeded', 'pending', now()
                from generate_series(1, 100000) i""".formatted(id, owner));

        Await.eventually(() -> {
            succeed();
            return registry.backends.number("select count(*) from delivery where destination_id = '" + id
                            + "' and reason = 'backlog_full'")
                    > 0;
        });

        assertThat(deliveries(other.getString("id"))).isNotEmpty();
        registry.backends.run("delete from delivery where destination_id = '" + id + "'");
    }

    @Test
    void givenAReceiverThatIsGone_whenItsDestinationIsDisabled_thenTheOthersGetAnEvent() {
        receiver.answersOnce(410);
        var gone = destination("gone", selection("{'events': ['activation.succeeded', 'destination.disabled']}"));
        var watch = destination("watch", selection("{'events': ['destination.disabled']}"));

        succeed();

        Await.eventually(() -> deliveries(watch.getString("id")).size() == 1);
        assertThat(deliveries(watch.getString("id")).getFirst().getMap())
                .containsEntry("type", "destination.disabled")
                .containsEntry("activationId", null);
        Await.eventually(() -> receiver.received().size() == 2);
        assertThat(receiver.received().getLast().json().getJsonObject("data").getMap())
                .containsEntry("destinationId", gone.getString("id"))
                .containsEntry("reason", "gone");
        assertThat(deliveries(gone.getString("id"))).hasSize(1);
    }

    @Test
    void givenARotation_whenSent_thenBothSecretsSignUntilItsEnd() throws Exception {
        var old = destination("erp", new JsonObject()).getString("secret");
        var rotated =
                user.send("POST", PATH + "/erp/rotate", "{\"overlapHours\": 1}").json();
        var next = rotated.getString("secret");

        user.send("POST", PATH + "/erp/test", "");
        var both = receiver.received().getFirst();
        user.send("POST", PATH + "/erp/rotate", "{\"overlapHours\": 0}");
        user.send("POST", PATH + "/erp/test", "");
        var again = receiver.received().getLast();

        assertThat(next).isNotEqualTo(old);
        assertThat(both.signatures()).isEqualTo(2);
        assertThat(both.isSignedBy(old)).isTrue();
        assertThat(both.isSignedBy(next)).isTrue();
        assertThat(again.signatures())
                .as("the newest, and the one that the receiver may still have")
                .isEqualTo(2);
        assertThat(again.isSignedBy(old)).isTrue();
        assertThat(again.isSignedBy(next)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"200, succeeded", "500, failed"})
    void givenADisabledDestination_whenTested_thenTheAttemptIsTheAnswer(int status, String state) {
        receiver.answers(status);
        destination("erp", new JsonObject().put("enabled", false));

        var tested = user.send("POST", PATH + "/erp/test", "");

        assertThat(tested.status()).isEqualTo(200);
        assertThat(tested.json().getMap())
                .containsEntry("type", "webhook.test")
                .containsEntry("activationId", null)
                .containsEntry("state", state);
        assertThat(tested.json().getJsonArray("attempts").getJsonObject(0).getInteger("status"))
                .isEqualTo(status);
        assertThat(receiver.received().getFirst().json().getString("type")).isEqualTo("webhook.test");
        assertThat(user.get(PATH + "/erp").json().getInteger("failures")).isZero();
    }

    /** Somebody who asks again and again does not fill the dispatcher. */
    @Test
    void givenATestOnItsWay_whenTestedAgain_thenThatOneIsTheAnswer() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var first = user.send("POST", PATH + "/erp/test", "").json().getString("deliveryId");
        assertThat(user.send("POST", "/v1/deliveries/" + first + "/redeliver", "")
                        .code())
                .isEqualTo("delivery_not_found");
        registry.backends.run(
                "update delivery set state = 'pending', due_at = now() + interval '1 hour' where id = '" + first + "'");

        assertThat(user.send("POST", PATH + "/erp/test", "").json().getString("deliveryId"))
                .isEqualTo(first);
        assertThat(deliveries(id)).hasSize(1);
    }

    /** It costs neither an attempt nor the health of the destination. */
    @Test
    void givenAKeyThatThisProcessHasNot_whenAnEventIsDue_thenItWaits() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var kek = registry.backends.text("select kek from destination where id = '" + id + "'");
        registry.backends.run("update destination set kek = '0000000000000000' where id = '" + id + "'");
        succeed();

        Await.eventually(() -> registry.backends.number("select count(*) from delivery where destination_id = '" + id
                        + "' and jsonb_array_length(attempts) = 1")
                == 1);
        registry.backends.run("update destination set kek = '" + kek + "' where id = '" + id + "'");
        var waiting = onlyDelivery(id, "pending");
        assertThat(waiting.getInteger("attempt")).isZero();
        assertThat(user.get(PATH + "/erp").json().getInteger("failures")).isZero();
        makeDue(id);

        onlyDelivery(id, "succeeded");
    }

    /** The rows are as a registry left them that died, or that had too many to drop at once. */
    @Test
    void givenOldDeliveriesAndThoseOfNoDestination_whenMaintained_thenEachComesToItsEnd() throws Exception {
        var id = destination("erp", new JsonObject().put("enabled", false)).getString("id");
        registry.backends.run("""
                insert into delivery (id, event_id, destination_id, owner, type, state, due_at, created_at)
                select 'dlv_%1$s' || n, 'evt_' || n, d, '%2$s', 'schedule.missed', s,
                    case when s = 'pending' then now() + interval '1 day' end, now() - age * interval '1 day'
                from (values ('held', '%1$s', 'pending', 13), ('expired', '%1$s', 'pending', 15),
                    ('ended', '%1$s', 'succeeded', 8), ('kept', '%1$s', 'succeeded', 6), ('orphan', '%1$sx', 'pending', 0))
                    as v (n, d, s, age)""".formatted(id, owner));

        Await.eventually(() -> registry.backends
                .text("select string_agg(substr(id, " + (id.length() + 5)
                        + ") || ' ' || state || coalesce(' ' || reason, ''), ', ' order by id) from delivery where owner = '"
                        + owner + "'")
                .equals("held pending, kept succeeded, orphan dropped destination_deleted"));
    }

    @Test
    void givenPendingDeliveries_whenTheDestinationIsDeleted_thenTheyAreDropped() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        awaitAttempt(id, 1);

        user.send("DELETE", PATH + "/erp", "");

        var dropped = onlyDelivery(id, "dropped");
        assertThat(dropped.getString("reason")).isEqualTo("destination_deleted");
        assertThat(user.send("POST", "/v1/deliveries/" + dropped.getString("deliveryId") + "/redeliver", "")
                        .code())
                .isEqualTo("delivery_not_found");
    }

    @Test
    void givenARemovedRecord_whenItsEventIsDue_thenTheDeliveryFails() throws Exception {
        var id = destination("erp", new JsonObject().put("enabled", false)).getString("id");
        var activation = succeed();
        Await.eventually(() -> deliveries(id).size() == 1);
        registry.backends.run("delete from activation where id = '" + activation + "'");

        user.send("POST", PATH + "/erp/enable", "");

        assertThat(onlyDelivery(id, "failed").getString("reason")).isEqualTo("record_expired");
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void givenARecordThatCannotBeRead_whenItsEventIsDue_thenThatAttemptFailsAndOthersArrive() throws Exception {
        var id = destination("erp", new JsonObject().put("enabled", false)).getString("id");
        var broken = succeed();
        var good = succeed();
        Await.eventually(() -> deliveries(id).size() == 2);
        registry.backends.run("update activation set record = 'x' where id = '" + broken + "'");

        user.send("POST", PATH + "/erp/enable", "");

        Await.eventually(
                () -> user.get("/v1/deliveries?state=succeeded").items().size() == 1);
        assertThat(receiver.received()).extracting(WebhookReceiver.Received::id).containsExactly("evt_" + good);
        var failed = user.get("/v1/deliveries?state=pending").items().getJsonObject(0);
        assertThat(failed.getString("activationId")).isEqualTo(broken);
    }

    @Test
    void givenDeliveries_whenListed_thenByPageActivationStateAndTime() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var first = succeed();
        succeed();
        Await.eventually(
                () -> user.get("/v1/deliveries?state=succeeded").items().size() == 2);

        var page = user.get("/v1/deliveries?limit=1");
        assertThat(page.items()).hasSize(1);
        assertThat(page.items().getJsonObject(0).containsKey("attempts")).isFalse();
        assertThat(user.get("/v1/deliveries?limit=1&cursor=" + page.next()).items())
                .hasSize(1)
                .isNotEqualTo(page.items());
        assertThat(user.get("/v1/deliveries?activation=" + first).items()).hasSize(1);
        assertThat(user.get("/v1/deliveries?state=pending").items()).isEmpty();
        assertThat(user.get("/v1/deliveries?since=2100-01-01T00:00:00Z").items())
                .isEmpty();
        assertThat(user.get("/v1/deliveries?since=%2B999999999-01-01T00:00:00Z").code())
                .isEqualTo("invalid_request");
        assertThat(user.get("/v1/deliveries?state=lost&destination=erp&since=yesterday")
                        .json()
                        .getJsonArray("errors"))
                .hasSize(3);
        registry.backends.run("update delivery set created_at = now() - interval '8 days' where destination_id = '" + id
                + "' and activation_id = '" + first + "'");
        Await.eventually(() -> deliveries(id).size() == 1);
    }

    @Test
    void givenDeliveriesThatArrived_whenAJobRedeliversThem_thenEachIsSentAgainAndNoOther() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var other = destination("other", new JsonObject()).getString("id");
        succeed();
        succeed();
        Await.eventually(() -> deliveries(id).size() == 2 && deliveries(other).size() == 2);
        Await.eventually(() -> receiver.received().size() == 4);
        user.send("POST", PATH + "/erp/test", "");
        Await.eventually(() -> receiver.received().size() == 5);
        var request = new JsonObject()
                .put("action", "redeliver")
                .put("filter", new JsonObject().put("destination", id).put("state", "succeeded"));
        Await.eventually(() ->
                user.post("/v1/jobs", request.copy().put("dryRun", true)).json().getInteger("matched") == 2);

        var job = "/v1/jobs/" + user.post("/v1/jobs", request).json().getString("jobId");

        Await.eventually(() -> user.get(job).json().getString("endedAt") != null);
        assertThat(user.get(job).json().getMap()).containsEntry("matched", 2).containsEntry("done", 2);
        Await.eventually(() -> receiver.received().size() == 7);
        Await.eventually(() -> deliveries(id).stream()
                .allMatch(delivery -> delivery.getString("state").equals("succeeded")));
    }

    @Test
    void givenActivationsThatEndedWithoutSuccess_whenDeadLettersAreListed_thenTheyAreThereAndNoOther()
            throws Exception {
        succeed();
        var failed = succeed();
        Await.eventually(() -> user.get("/v1/activations").items().size() == 2);
        registry.backends.run("update activation set status = 'failed' where id = '" + failed + "'");

        var letters = user.get("/v1/dead-letters?function=resize").items();

        assertThat(letters).hasSize(1);
        assertThat(letters.getJsonObject(0).getString("activationId")).isEqualTo(failed);
        registry.backends.run("update activation set reason = 'exit_code' where id = '" + failed + "'");
        assertThat(user.get("/v1/dead-letters?reason=signal&reason=exit_code").items())
                .hasSize(1);
        assertThat(user.get("/v1/dead-letters?reason=signal").items()).isEmpty();
        assertThat(user.get("/v1/dead-letters?reason=x").code()).isEqualTo("invalid_request");
        assertThat(user.get("/v1/dead-letters?function=" + Ids.function(Instant.now()))
                        .items())
                .isEmpty();
    }
}
