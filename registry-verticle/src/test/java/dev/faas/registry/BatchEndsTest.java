package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How batches end, and who is told. */
class BatchEndsTest extends DestinationFixture {
    private static final String BATCHES = "/v1/batches";

    @BeforeEach
    void listen() {
        destination("erp", new JsonObject().put("events", List.of("batch.ended")));
    }

    @Test
    void givenAClosedBatch_whenItsLastItemHasEnded_thenItEndsOnceWithOneEvent() throws Exception {
        var batch = open("k1");
        item(batch, 0, "succeeded");
        item(batch, 1, "running");
        close(batch, 2);
        // Its last item is not in the ledger yet.
        var lagging = open("k2");
        item(lagging, 0, "succeeded");
        close(lagging, 2);
        var empty = open("k3");
        close(empty, 0);

        awaitEnd(empty);
        assertThat(endedAt(batch)).isNull();
        assertThat(endedAt(lagging)).isNull();

        registry.backends.run("update activation set status = 'failed' where id = '" + Ids.item(batch, 1, 0) + "'");
        item(lagging, 1, "cancelled");
        awaitEnd(batch);
        awaitEnd(lagging);

        Await.eventually(() -> receiver.received().size() == 3);
        var event = event(batch);
        assertThat(event.getString("type")).isEqualTo("batch.ended");
        assertThat(event.getJsonObject("data").getMap())
                .containsEntry("state", "closed")
                .containsEntry("accepted", 2)
                .containsEntry("endedAt", endedAt(batch));
        assertThat(event.getJsonObject("data").getJsonObject("counts").getMap())
                .isEqualTo(Map.of("succeeded", 1, "failed", 1));
        assertThat(event.getJsonObject("data").containsKey("seed")).isFalse();
    }

    @Test
    void givenAnEndedBatch_whenItsRequestIsRepeated_thenOnlyAnotherOutcomeIsAnEvent() throws Exception {
        var batch = open("k1");
        item(batch, 0, "succeeded");
        close(batch, 1);
        awaitEnd(batch);

        open("k1");
        assertThat(endedAt(batch)).isNull();
        close(batch, 1);
        awaitEnd(batch);
        open("k1");
        item(batch, 1, "succeeded");
        close(batch, 2);
        awaitEnd(batch);

        Await.eventually(() -> receiver.received().size() == 2);
        assertThat(receiver.received().stream().map(each -> accepted(each.json())))
                .containsExactly(1, 2);
    }

    @Test
    void givenABatchThatWasCutOff_whenNothingHasHappenedForAQuarterOfAnHour_thenItIsIncompleteAndEnds()
            throws Exception {
        var active = open("k1");
        item(active, 0, "succeeded");
        var cutOff = open("k2");
        item(cutOff, 0, "succeeded");
        registry.backends.run("update batch set changed_at = now() - interval '16 minutes'");
        registry.backends.run(
                "update activation set changed_at = now() - interval '16 minutes' where batch_id = '" + cutOff + "'");

        awaitEnd(cutOff);

        assertThat(read(cutOff).getString("state")).isEqualTo("incomplete");
        assertThat(read(active).getMap()).containsEntry("state", "open").containsEntry("endedAt", null);
        Await.eventually(() -> receiver.received().size() == 1);
        assertThat(event(cutOff).getJsonObject("data").getMap())
                .containsEntry("state", "incomplete")
                .containsEntry("accepted", null);

        // The gateway was only slow.
        close(cutOff, 1);
        awaitEnd(cutOff);
        assertThat(read(cutOff).getString("state")).isEqualTo("closed");
        Await.eventually(() -> receiver.received().size() == 2);
    }

    @Test
    void givenABatchOfAJobThatGoesOn_whenNothingHasHappenedForLong_thenItDoesNotEnd() throws Exception {
        var ofJob = open("k1");
        item(ofJob, 0, "succeeded");
        registry.backends.run(
                "insert into job (id, owner, action, filter, state, matched, batch_id, hidden_until, created_at)"
                        + " values ('job_1', '" + owner + "', 'replay', '{}', 'running', 1, '" + ofJob
                        + "', now(), now())");
        registry.backends.run("update batch set changed_at = now() - interval '16 minutes'");
        registry.backends.run("update activation set changed_at = now() - interval '16 minutes'");
        var later = open("k2");
        close(later, 0);

        awaitEnd(later);

        assertThat(read(ofJob).getMap()).containsEntry("state", "open").containsEntry("endedAt", null);
        registry.backends.run("update job set ended_at = now()");
        awaitEnd(ofJob);
    }

    @Test
    void givenARequestThatWasCutOff_whenTheGatewayGivesTheBatchUp_thenItEndsWithTheItemsThatWereAccepted()
            throws Exception {
        var batch = open("k1");
        item(batch, 0, "succeeded");
        put(batch, new JsonObject().put("accepted", 2).put("rejected", 0).put("isComplete", false));
        var later = open("k2");
        close(later, 0);
        awaitEnd(later);
        assertThat(endedAt(batch)).isNull();

        item(batch, 1, "failed");
        awaitEnd(batch);

        assertThat(read(batch).getMap()).containsEntry("state", "incomplete").containsEntry("size", null);
    }

    private String open(String key) {
        var answer = user.post(
                BATCHES,
                new JsonObject()
                        .put("functionId", functionId)
                        .put("functionName", "resize")
                        .put("revision", 1)
                        .put("key", key));
        if (answer.status() != 200) {
            throw new AssertionError(answer.text());
        }
        return answer.json().getString("batchId");
    }

    private void close(String batch, int accepted) {
        put(batch, new JsonObject().put("accepted", accepted).put("rejected", 0));
    }

    private void put(String batch, JsonObject totals) {
        assertThat(user.send("PUT", BATCHES + "/" + batch + "/totals", totals.encode())
                        .status())
                .isEqualTo(200);
    }

    private void item(String batch, int index, String status) throws Exception {
        registry.backends.run(
                "insert into activation (id, owner, function_id, function_name, status, submitted_at, tags,"
                        + " sequence, record, batch_id, batch_content) values ('" + Ids.item(batch, index, 0) + "', '"
                        + owner + "', '" + functionId + "', 'resize', '" + status + "', now(), '{}', 1, '', '" + batch
                        + "', '')");
    }

    private JsonObject read(String batch) {
        return user.get(BATCHES + "/" + batch).json();
    }

    private String endedAt(String batch) {
        return read(batch).getString("endedAt");
    }

    private void awaitEnd(String batch) {
        Await.eventually(() -> endedAt(batch) != null);
    }

    private JsonObject event(String batch) {
        return receiver.received().stream()
                .map(WebhookReceiver.Received::json)
                .filter(event ->
                        event.getJsonObject("data").getString("batchId").equals(batch))
                .findFirst()
                .orElseThrow();
    }

    private static int accepted(JsonObject event) {
        return event.getJsonObject("data").getInteger("accepted");
    }
}
