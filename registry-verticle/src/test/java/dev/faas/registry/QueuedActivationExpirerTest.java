package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queued activations that no spawner takes expire. No spawner runs in this test. */
class QueuedActivationExpirerTest extends RegistryFixture {
    private static final Duration OVER = Duration.ofMillis(1);
    /** Long enough for the test to claim the activation first. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private String functionId;

    @BeforeEach
    void newFunction() {
        functionId = createWithQueue("worked");
    }

    @Test
    void givenAFunctionAtItsLimitWhenTheTimeOfAQueuedOneIsOverThenItExpiresAndLeavesTheQueue() throws Exception {
        user.patch("/v1/functions/worked", new JsonObject().put("concurrency", 1));
        var running = queued(Duration.ofDays(1)).claimed("run-1");
        try (var puller = queue.openPuller(late -> {})) {
            var taken = (PullResult.Message)
                    puller.pull(functionId, Duration.ofSeconds(5)).join();
            var patient = queued(Duration.ofDays(1));
            var overdue = queued(OVER);

            Await.eventually(() -> status(overdue) == Status.EXPIRED);

            var report = ((ActivationRecord.Ended) last(overdue)).report();
            assertThat(report.reason()).isEqualTo(Reason.QUEUE_TTL);
            Await.eventually(() ->
                    !queue.contains(ActivationCommand.of(overdue.activation)).join());
            Await.eventually(() -> user.get("/v1/activations/" + overdue.id())
                    .json()
                    .getString("status")
                    .equals("expired"));
            var listed = user.get("/v1/activations?status=expired").items();
            assertThat(listed).hasSize(1);
            assertThat(listed.getJsonObject(0).getString("reason")).isEqualTo("queue_ttl");
            assertThat(status(running)).isEqualTo(Status.RUNNING);
            assertThat(status(patient)).isEqualTo(Status.QUEUED);
            assertThat(queue.stats(functionId).join().orElseThrow().queued()).isEqualTo(1);
            taken.delivery().ack().join();
        }
    }

    @Test
    void givenAPendingRetryWhenItsTimeIsOverThenItExpiresAndIsNoLongerParked() throws Exception {
        var retries = registry.bus.stream(Subjects.RETRIES);
        var waiting = accepted(SOON).claimed("run-1");
        queue.scheduleRetry(new PendingRetry(
                        ActivationCommand.of(waiting.activation), Instant.now().plusSeconds(60)))
                .join();
        waiting.failed(Duration.ZERO);

        Await.eventually(() -> status(waiting) == Status.EXPIRED);

        Await.eventually(() ->
                retries.lastFromLeader(Subjects.retry(waiting.id())).join().isEmpty());
        assertThat(last(waiting).attempt()).isEqualTo(1);
    }

    @Test
    void givenMoreThanABatchWhenTheirTimeIsOverThenAllExpireAndTheQueueIsEmpty() throws Exception {
        var all = Stream.generate(() -> queued(OVER)).limit(1_100).toList();

        for (var each : all) {
            Await.eventually(() -> status(each) == Status.EXPIRED);
        }
        Await.eventually(() -> queue.stats(functionId).join().orElseThrow().queued() == 0);
    }

    @Test
    void givenALedgerThatIsBehindWhenTheOverdueActivationIsRunningThenItIsLeftAlone() throws Exception {
        var claimed = accepted(SOON).claimed("run-1");
        Await.eventually(() -> registry.backends.text(of(claimed, "status")).equals("running"));
        var accepted = (ActivationRecord.Queued)
                events.nextState(claimed.id(), 1).join().orElseThrow().record();
        // Sets the row back to its state before the claim.
        registry.backends.run("update activation set status = 'queued', expires_at = submitted_at, sequence = 1,"
                + " record = '\\x" + HexFormat.of().formatHex(Codec.encode(accepted)) + "' where id = '"
                + claimed.id() + "'");
        var control = queued(SOON);

        Await.eventually(() -> status(control) == Status.EXPIRED);

        assertThat(status(claimed)).isEqualTo(Status.RUNNING);
    }

    @Test
    void givenAPausedFunctionWhenTheTimeOfAQueuedOneIsOverThenItExpiresAfterTheTimeThatWasLeft() throws Exception {
        var pausing = queued(SOON);
        user.post("/v1/functions/worked/pause", new JsonObject());
        createWithQueue("control");
        var control = Story.accepted(
                registry.bus,
                Story.activation(
                        owner,
                        user.get("/v1/functions/control").json().getString("id"),
                        "control",
                        Instant.now(),
                        SOON.plus(SOON),
                        Map.of()),
                "argument");
        Await.eventually(() -> status(control) == Status.EXPIRED);

        assertThat(status(pausing)).isEqualTo(Status.QUEUED);
        user.send("POST", "/v1/functions/worked/resume", "");
        Await.eventually(() -> status(pausing) == Status.EXPIRED);
    }

    private static String of(Story story, String column) {
        return "select " + column + " from activation where id = '" + story.id() + "'";
    }

    private static ActivationRecord last(Story story) {
        return events.lastFromLeader(story.id()).join().orElseThrow().record();
    }

    private static Status status(Story story) {
        return last(story).currentStatus();
    }

    private Story queued(Duration ttl) {
        var story = accepted(ttl);
        queue.enqueue(ActivationCommand.of(story.activation)).join();
        return story;
    }

    private Story accepted(Duration ttl) {
        return Story.accepted(
                registry.bus, Story.activation(owner, functionId, "worked", Instant.now(), ttl, Map.of()), "argument");
    }
}
