package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.PendingRetry;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Postgres or NATS dies under a running registry: what still works, and what is repaired afterwards. */
@Tag("slow")
class OutageTest {
    @TempDir
    Path directory;

    private Registry registry;
    private String owner;
    private Client user;

    @BeforeEach
    void start() throws Exception {
        registry = Registry.start(directory);
        owner = Ids.user(Instant.now());
        user = registry.client(owner);
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    @Test
    void givenNoNatsWhenAFunctionIsWrittenThenTheCallFailsInTimeAndTheBucketConvergesLater() throws Exception {
        user.create("early");
        registry.backends.nats.kill();

        var patched = user.patch("/v1/functions/early", new JsonObject().put("description", "in the outage"));

        assertThat(patched.status()).isEqualTo(503);
        assertThat(patched.code()).isEqualTo("unavailable");
        assertThat(patched.header("Retry-After")).matches("\\d+");
        Await.eventually(() -> user.get("/readyz").status() == 503);
        assertThat(user.get("/v1/functions/early").status()).isEqualTo(200);
        // A registry that dies between the two writes leaves this state.
        var stored = user.get("/v1/functions/early").json().getString("description");
        noteInTheOutbox("early");
        registry.backends.nats.restart();

        Await.eventually(() -> user.get("/readyz").status() == 200);
        Await.eventually(() -> registry.backends.number("select count(*) from function_outbox") == 0);
        // The test's own connection reconnects at its own time.
        Await.eventually(() -> description("early").equals(Optional.of(stored)));
        // A pooled connection may turn out dead after the reconnect; the registry opens another one.
        var after = new JsonObject().put("description", "after it");
        Await.eventually(() -> user.patch("/v1/functions/early", after).status() == 200);
        Await.eventually(() -> description("early").equals(Optional.of("after it")));
    }

    @Test
    void givenUnpublishedChangesWhenNatsIsAvailableThenTheyArePublishedAlsoADeletion() throws Exception {
        user.create("kept");
        user.create("gone");
        registry.backends.run("update function set deleted_at = now() where name = 'gone'");
        registry.bus
                .kv("FUNCTIONS")
                .put(owner + ".kept", Codec.write(Map.of("v", 1)))
                .join();
        noteInTheOutbox("kept");
        noteInTheOutbox("gone");

        Await.eventually(() -> registry.backends.number("select count(*) from function_outbox") == 0);

        assertThat(registry.bus.kv("FUNCTIONS").get(owner + ".gone").join()).isEmpty();
        assertThat(description("kept")).contains("");
    }

    @Test
    void givenNoPostgresWhenStatesArriveThenTheyAreInTheLedgerLaterAndReadsAreUnavailable() throws Exception {
        user.create("worked");
        registry.backends.postgres.kill();

        assertThat(user.get("/v1/functions").code()).isEqualTo("unavailable");
        assertThat(user.create("other").status()).isEqualTo(503);
        var story = Story.accepted(
                        registry.bus,
                        Story.activation(owner, Ids.function(Instant.now()), "worked", Instant.now(), Map.of()),
                        "")
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "out")
                .succeeded("out", 3, 0);
        Await.eventually(() -> user.get("/readyz").status() == 503);
        assertThat(user.get("/healthz").status()).isEqualTo(200);
        registry.backends.postgres.restart();

        Await.eventually(() -> user.get("/readyz").status() == 200);
        Await.eventually(
                () -> user.get("/v1/activations/" + story.id() + "/result").status() == 200);
        assertThat(user.get("/v1/activations/" + story.id() + "/result").text()).isEqualTo("out");
        assertThat(user.create("other").status()).isEqualTo(201);
    }

    @Test
    void givenARegistryThatWasStoppedWhenItStartsAgainThenTheLedgerHasEverythingThatHappenedMeanwhile()
            throws Exception {
        user.create("worked");
        var begun = accepted();
        Await.eventually(() -> status(begun).equals("queued"));
        registry.withoutAny(() -> {
            begun.claimed("run-1")
                    .wrote("run-1", Source.STDOUT, "out")
                    .wrote("run-1", Source.STDERR, "err")
                    .succeeded("out", 3, 3);
            accepted().claimed("run-2");
            accepted();
        });
        user = registry.client(owner);

        Await.eventually(() -> status(begun).equals("succeeded"));
        Await.eventually(
                () -> user.get("/v1/activations?status=running").items().size() == 1);
        Await.eventually(() -> user.get("/v1/activations?status=queued").items().size() == 1);
        assertThat(user.get("/v1/activations/" + begun.id() + "/result").text()).isEqualTo("out");
        assertThat(user.get("/v1/activations/" + begun.id() + "/logs").text()).isEqualTo("err");
    }

    @Test
    void givenRemovedConsumersWhenMoreStatesArriveThenTheyAreInTheLedgerAndEarlierOnesStay() throws Exception {
        var before = accepted()
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "before")
                .succeeded("before", 6, 0);
        Await.eventually(() -> status(before).equals("succeeded"));
        removeConsumer("EVENTS", "projector");
        removeConsumer("RETRIES", "retrier");

        var after = accepted()
                .claimed("run-2")
                .wrote("run-2", Source.STDOUT, "after")
                .succeeded("after", 5, 0);
        var retried = accepted().claimed("run-3").failed(Duration.ofMillis(1));
        var queue = new CommandQueue(registry.bus);
        var due = Objects.requireNonNull(((ActivationRecord.Queued) retried.record()).nextAttemptAt());
        queue.scheduleRetry(new PendingRetry(ActivationCommand.of(retried.activation), due))
                .join();

        Await.eventually(() -> status(after).equals("succeeded"));
        Await.eventually(
                () -> queue.contains(ActivationCommand.of(retried.activation)).join());
        for (var story : List.of(before, after)) {
            assertThat(user.get("/v1/activations/" + story.id() + "/result").status())
                    .isEqualTo(200);
        }
        assertThat(user.get("/v1/activations/" + before.id() + "/result").text())
                .isEqualTo("before");
    }

    /** The server fails to delete a consumer while it writes that consumer's file, so this tries again. */
    private void removeConsumer(String stream, String name) throws Exception {
        var consumers = registry.bus.stream(stream).consumers();
        Await.eventually(() -> consumers
                .delete(name)
                .handle((removed, failure) -> failure == null)
                .join());
    }

    private Story accepted() {
        return Story.accepted(
                registry.bus,
                Story.activation(owner, Ids.function(Instant.now()), "worked", Instant.now(), Map.of()),
                "");
    }

    private String status(Story story) {
        return user.get("/v1/activations/" + story.id()).json().getString("status", "");
    }

    private void noteInTheOutbox(String name) throws Exception {
        registry.backends.run("insert into function_outbox (owner, name, noted_at) values ('" + owner + "', '" + name
                + "', now() - interval '1 minute') on conflict do nothing");
    }

    /** Description of the function in the bucket; empty if NATS does not answer. */
    private Optional<String> description(String name) {
        return registry.bus
                .kv("FUNCTIONS")
                .get(FunctionRevision.key(owner, name))
                .thenApply(found -> found.map(put -> Codec.decode(put.value().bytes(), FunctionRevision.class)
                        .spec()
                        .description()))
                .exceptionally(away -> Optional.empty())
                .join();
    }
}
