package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation.Cause;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an event whose dispatcher dies, at each of its steps. */
class DeliveryCrashTest extends DestinationFixture {
    /** The projector has noted the end, and no dispatcher has taken the note. */
    @Test
    void beforeFanOut() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var activation = succeed();
        onlyDelivery(id, "succeeded");

        registry.withoutAny(() -> {
            registry.backends.run("delete from delivery where destination_id = '" + id + "'");
            note(activation);
        });
        user = registry.client(owner); // at another port

        assertThat(onlyDelivery(id, "succeeded").getString("activationId")).isEqualTo(activation);
        assertThat(receiver.received()).hasSize(2);
    }

    private void note(String activation) throws Exception {
        registry.backends.run("""
                insert into ended (activation_id, owner, function_id, function_name, status)
                values ('%s', '%s', '%s', 'resize', 'succeeded')""".formatted(activation, owner, functionId));
    }

    /** The note was taken twice, such as by a projector that wrote the end again. */
    @Test
    void afterFanOut() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var activation = succeed();
        onlyDelivery(id, "succeeded");

        note(activation);
        Await.eventually(
                () -> registry.backends.number("select count(*) from ended where owner = '" + owner + "'") == 0);

        assertThat(deliveries(id)).hasSize(1);
        assertThat(receiver.received()).hasSize(1);
    }

    /** Sent, but not noted: it is sent again with the same id. */
    @Test
    void afterSend() throws Exception {
        var id = destination("erp", new JsonObject()).getString("id");
        var activation = succeed();
        onlyDelivery(id, "succeeded");

        // As its dispatcher left it, when the lease ends.
        registry.backends.run("update delivery set state = 'pending', attempt = 0, attempts = '[]', due_at = now()"
                + " where destination_id = '" + id + "'");

        Await.eventually(() -> receiver.received().size() == 2);
        assertThat(receiver.received())
                .allSatisfy(request -> assertThat(request.id()).isEqualTo("evt_" + activation));
        assertThat(onlyDelivery(id, "succeeded").getInteger("attempt")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            beforeAccept         | the stored id is accepted
            afterAccept          | it is in the stream
            afterAcceptAndRun    | it is in the ledger
            """)
    void ofACall(String step, String expected) throws Exception {
        var next = createWithQueue("thumb");
        var id = disabledCall();
        var activation = succeed();
        Await.eventually(() -> deliveries(id).size() == 1);
        var accepted = Story.activation(owner, next, "thumb", Instant.now(), Map.of());
        if (!step.equals("beforeAccept")) {
            Story.accepted(registry.bus, accepted, "done");
        }
        if (step.equals("afterAcceptAndRun")) {
            cancel(accepted.id());
            Await.eventually(() -> user.get("/v1/activations/" + accepted.id())
                    .json()
                    .getString("status")
                    .equals("cancelled"));
        }
        // As its dispatcher left it, when the lease ends.
        registry.backends.run("update delivery set submit_id = '%s', due_at = now() where destination_id = '%s'"
                .formatted(accepted.id(), id));

        user.send("POST", PATH + "/chain/enable", "");

        assertThat(onlyDelivery(id, "succeeded").getString("submittedActivationId"))
                .as(expected)
                .isEqualTo(accepted.id());
        Await.eventually(() -> user.get("/v1/activations/" + accepted.id()).status() == 200);
        assertThat(registry.backends.number("select count(*) from activation where function_id = '" + next + "'"))
                .isEqualTo(1);
        assertThat(events.last(accepted.id())
                        .join()
                        .orElseThrow()
                        .record()
                        .activation()
                        .cause())
                .isEqualTo(step.equals("beforeAccept") ? new Cause(activation, 1) : null);
    }

    /** Of {@code thumb}, with each end of {@code resize}. */
    private String disabledCall() {
        var body = new JsonObject()
                .put("name", "chain")
                .put("kind", "function")
                .put("function", "thumb")
                .put("functions", List.of("resize"))
                .put("events", List.of("activation.succeeded"))
                .put("enabled", false);
        return user.post(PATH, body).json().getString("id");
    }

    /** The ledger may have dropped the record of what ran a day ago: it is only looked up. */
    @Test
    void ofACall_aDayLater() throws Exception {
        var next = createWithQueue("thumb");
        var id = disabledCall();
        succeed();
        Await.eventually(() -> deliveries(id).size() == 1);
        var old = Ids.activation(Instant.now().minus(Duration.ofHours(23)).minusSeconds(1));
        registry.backends.run(
                "update delivery set submit_id = '%s', due_at = now() where destination_id = '%s'".formatted(old, id));

        user.send("POST", PATH + "/chain/enable", "");

        assertThat(onlyDelivery(id, "failed").getString("reason")).isEqualTo("outcome_unknown");
        assertThat(registry.backends.number("select count(*) from activation where function_id = '" + next + "'"))
                .isZero();
    }

    /** A stop is no crash: it waits for the answer, and nothing is sent again. */
    @Test
    void duringARequest() throws Exception {
        receiver.answersAfter(Duration.ofSeconds(2));
        var id = destination("erp", new JsonObject()).getString("id");
        succeed();
        Await.eventually(() -> receiver.received().size() == 1);

        registry.withoutAny(() -> assertThat(
                        registry.backends.text("select state from delivery where destination_id = '" + id + "'"))
                .isEqualTo("succeeded"));
        user = registry.client(owner);

        onlyDelivery(id, "succeeded");
        assertThat(receiver.received()).hasSize(1);
    }

    /** A delete locks the destination, and then what waits for it. */
    @Test
    void givenADestinationIsLocked_whenAnAttemptIsSettled_thenItsDeliveriesAreNotLocked() throws Exception {
        receiver.answers(500);
        var id = destination("erp", new JsonObject()).getString("id");
        try (var connection = registry.backends.connection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from destination where id = '" + id + "' for update");
            succeed();
            Await.eventually(() -> registry.backends.number("select count(*) from pg_stat_activity"
                            + " where wait_event_type = 'Lock' and query like '%from destination%'")
                    > 0);

            statement.execute("set local lock_timeout = '500ms'");
            assertThat(statement.executeUpdate("update delivery set reason = null where destination_id = '" + id + "'"))
                    .isEqualTo(1);
            connection.commit();
        }
        Await.eventually(() -> user.get(PATH + "/erp").json().getInteger("failures") == 1);
    }
}
