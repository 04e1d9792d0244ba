package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.Status;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A function that nobody calls for its {@code idleTtlSeconds} is deleted; its work never is. */
class IdleFunctionsTest extends RegistryFixture {
    @BeforeEach
    void resetClock() {
        registry.jump = Duration.ZERO;
    }

    @Test
    void givenFunctionsThatNobodyCallsWhenTheTimeOfOneIsOverThenItAloneIsGone() {
        create("idle", 60);
        create("patient", 3_600);
        user.create("eternal");
        create("lifted", 60);
        user.patch("/v1/functions/lifted", new JsonObject().putNull("idleTtlSeconds"));

        registry.jump = Duration.ofSeconds(61);

        Await.eventually(() -> status("idle") == 404);
        // Published after the deletion is committed.
        Await.eventually(() -> registry.bus
                .kv(Subjects.FUNCTIONS)
                .get(FunctionRevision.key(owner, "idle"))
                .join()
                .isEmpty());
        for (var kept : new String[] {"patient", "eternal", "lifted"}) {
            assertThat(status(kept)).as(kept).isEqualTo(200);
        }
        assertThat(user.create("idle").status()).isEqualTo(201);
    }

    @Test
    void givenAFunctionThatIsCalledOrChangedWhenItsTimeIsOverThenItStaysForSoLongAgain() throws Exception {
        var start = Instant.now();
        var called = create("called", 60);
        create("changed", 60);
        create("idle", 60);
        registry.jump = Duration.ofSeconds(50);
        var story = accepted(called, "called", start.plusSeconds(50))
                .claimed("run-1")
                .succeeded("", 0, 0);
        known(story);
        user.patch("/v1/functions/changed", new JsonObject().put("description", "changed"));

        registry.jump = Duration.ofSeconds(75);
        Await.eventually(() -> status("idle") == 404);
        Await.eventually(() -> isLookedAt(called));
        assertThat(status("called")).isEqualTo(200);
        assertThat(status("changed")).isEqualTo(200);

        registry.jump = Duration.ofSeconds(130);
        Await.eventually(() -> status("called") == 404 && status("changed") == 404);
    }

    @Test
    void givenUnfinishedWorkWhenTheTimeOfItsFunctionIsOverThenTheFunctionStaysUntilTheWorkHasEnded() throws Exception {
        var id = create("busy", 60);
        var story = accepted(id, "busy", Instant.now()).claimed("run-1");
        known(story);

        registry.jump = Duration.ofMinutes(10);
        Await.eventually(() -> isLookedAt(id));
        assertThat(status("busy")).isEqualTo(200);

        story.succeeded("", 0, 0);
        Await.eventually(() -> user.get("/v1/activations/" + story.id())
                .json()
                .getString("status")
                .equals("succeeded"));
        registry.jump = Duration.ofMinutes(12);
        Await.eventually(() -> status("busy") == 404);
    }

    @Test
    void givenAGatewayThatHasNotSeenTheDeletionWhenItAcceptsAnActivationThenThatRuns() throws Exception {
        var idle = create("idle", 60);
        registry.jump = Duration.ofSeconds(61);
        Await.eventually(() -> status("idle") == 404);
        var deleted = user.create("deleted").json().getString("id");
        assertThat(user.delete("/v1/functions/deleted").status()).isEqualTo(204);

        var late = accepted(idle, "idle", Instant.now());
        queue.enqueue(ActivationCommand.of(late.activation)).join();
        known(late);
        var cancelled = accepted(deleted, "deleted", Instant.now());

        Await.eventually(() -> cancelled.refreshed().record().currentStatus() == Status.CANCELLED);
        assertThat(late.refreshed().record().currentStatus()).isEqualTo(Status.QUEUED);
        queue.ensureConsumer(new QueueKey(owner, idle), 10).join();
        try (var puller = queue.openPuller(unexpected -> {})) {
            var taken = (PullResult.Message)
                    puller.pull(idle, Duration.ofSeconds(20)).join();
            late.claimed("run-1").succeeded("", 0, 0);
            taken.delivery().ack().join();
        }
        // The clock of the registry is ahead of that of Postgres.
        registry.backends.text("update function set deleted_at = now() where id = '" + idle + "' returning id");
        Await.eventually(() -> queue.stats(idle).join().isEmpty());
    }

    @Test
    void givenATimeThatAnEarlierVersionLeftWhenItIsOverThenTheNewestRevisionDecides() throws Exception {
        var id = user.create("eternal").json().getString("id");
        registry.backends.text(
                "update function set idle_due_at = now() - interval '1 day' where id = '" + id + "' returning id");

        Await.eventually(() -> registry.backends
                .text("select idle_due_at is null from function where id = '" + id + "'")
                .equals("t"));

        assertThat(status("eternal")).isEqualTo(200);
    }

    /** Returns its id. */
    private String create(String name, int idleTtlSeconds) {
        var made = user.post("/v1/functions", Client.function(name).put("idleTtlSeconds", idleTtlSeconds));
        assertThat(made.json().getInteger("idleTtlSeconds")).isEqualTo(idleTtlSeconds);
        return made.json().getString("id");
    }

    private int status(String name) {
        return user.get("/v1/functions/" + name).status();
    }

    /** Whether the time at which it is looked at again is ahead of the registry's clock. */
    private static boolean isLookedAt(String id) throws Exception {
        return registry.backends
                .text("select idle_due_at > now() + interval '" + registry.jump.toSeconds()
                        + " s' from function where id = '" + id + "'")
                .equals("t");
    }

    private Story accepted(String id, String name, Instant at) {
        return Story.accepted(registry.bus, Story.activation(owner, id, name, at, Map.of()), "");
    }

    private void known(Story story) {
        Await.eventually(() -> user.get("/v1/activations/" + story.id()).status() == 200);
    }
}
