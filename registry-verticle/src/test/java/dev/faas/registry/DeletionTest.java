package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.nats.Kv;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A deletion cancels the function's activations, removes its queue and purges it in the end. */
class DeletionTest {
    @TempDir
    Path directory;

    private Registry registry;
    private ActivationEvents events;
    private CommandQueue queue;
    private String owner;
    private Client user;
    private String functionId;

    @BeforeEach
    void start() throws Exception {
        registry = Registry.start(directory);
        events = new ActivationEvents(registry.bus);
        queue = new CommandQueue(registry.bus);
        owner = Ids.user(Instant.now());
        user = registry.client(owner);
        functionId = user.create("worked").json().getString("id");
        queue.ensureConsumer(new QueueKey(owner, functionId), 10).join();
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop();
    }

    @Test
    void givenWorkQueuedWaitingAndRunningWhenItsFunctionIsDeletedThenItIsCancelledAndTheQueueIsRemovedLast()
            throws Exception {
        var running = queued().claimed("run-1");
        try (var puller = queue.openPuller(late -> {})) {
            var taken = (PullResult.Message)
                    puller.pull(functionId, Duration.ofSeconds(5)).join();
            var waiting = accepted().claimed("run-2").failed(Duration.ofHours(1));
            var parked = registry.bus.stream(Subjects.RETRIES);
            parked.append(
                            Subjects.retry(waiting.id()),
                            Map.of(),
                            Codec.encode(ActivationCommand.of(waiting.activation)))
                    .join();
            var queued = queued();

            assertThat(user.delete("/v1/functions/worked").status()).isEqualTo(204);

            for (var story : List.of(queued, waiting)) {
                Await.eventually(() -> status(story) == Status.CANCELLED);
                assertThat(((ActivationRecord.Ended) last(story)).report().reason())
                        .isEqualTo(Reason.FUNCTION_DELETED);
                Await.eventually(() -> "function_deleted"
                        .equals(user.get("/v1/activations/" + story.id()).json().getString("reason")));
            }
            Await.eventually(() ->
                    parked.lastFromLeader(Subjects.retry(waiting.id())).join().isEmpty());
            Await.eventually(() -> last(running) instanceof ActivationRecord.Running run
                    && run.cancelRequested() == Reason.FUNCTION_DELETED);
            Await.eventually(() -> stats().queued() == 0);
            assertThat(queue.contains(ActivationCommand.of(running.activation)).join())
                    .isTrue();
            assertThat(stats().running()).isEqualTo(1);

            running.refreshed().succeeded("", 0, 0);
            taken.delivery().ack().join();

            Await.eventually(() -> queue.stats(functionId).join().isEmpty());
        }
    }

    @Test
    void givenARegistryThatDiesDuringADeletionWhenAnotherStartsThenItCompletesTheDeletion() throws Exception {
        // This registry answers the call, but never reconciles.
        registry.replace(config -> Records.with(
                config, "maintenance", Records.with(config.maintenance(), "reconcilePause", Duration.ofHours(1))));
        var replaced = registry.client(owner);
        var all = Stream.generate(this::queued).limit(700).toList();
        assertThat(replaced.delete("/v1/functions/worked").status()).isEqualTo(204);
        // A crash between the end and the removal of the command.
        var half = all.getFirst();
        var ended = ((ActivationRecord.Queued) last(half)).cancel(Reason.FUNCTION_DELETED, Instant.now());
        events.append(ended, half.sequence()).join();
        assertThat(stats().queued()).isEqualTo(700);

        registry.replace(config -> config);

        for (var story : all) {
            Await.eventually(() -> status(story) == Status.CANCELLED);
        }
        Await.eventually(() -> queue.stats(functionId).join().isEmpty());
        Await.eventually(
                () -> !queue.contains(ActivationCommand.of(half.activation)).join());
    }

    @Test
    void givenARemovedQueueWhenAGatewayThatMissedTheDeletionAcceptsMoreThenThatIsCancelledToo() throws Exception {
        user.delete("/v1/functions/worked");
        Await.eventually(() -> registry.backends
                .text("select retired from function where id = '" + functionId + "'")
                .equals("t"));

        var late = queued();
        // A spawner that received the work notification does this.
        queue.ensureConsumer(new QueueKey(owner, functionId), 10).join();

        Await.eventually(() -> status(late) == Status.CANCELLED);
        Await.eventually(() -> queue.stats(functionId).join().isEmpty());
        Await.eventually(
                () -> !queue.contains(ActivationCommand.of(late.activation)).join());
    }

    @Test
    void givenAFunctionOfTheSameNameWhenTheOldOneIsDeletedThenTheNewOneIsLeftAlone() throws Exception {
        var old = queued();
        user.delete("/v1/functions/worked");
        functionId = user.create("worked").json().getString("id");
        queue.ensureConsumer(new QueueKey(owner, functionId), 10).join();
        var fresh = queued();

        Await.eventually(() -> status(old) == Status.CANCELLED);
        Await.eventually(
                () -> queue.stats(old.activation.function().id()).join().isEmpty());

        assertThat(status(fresh)).isEqualTo(Status.QUEUED);
        assertThat(stats().queued()).isEqualTo(1);
    }

    @Test
    void givenADeletedFunctionWhenItsRecordsHaveExpiredThenItIsPurgedAndANewOneOfItsNameIsNot() throws Exception {
        var functions = registry.bus.kv(Subjects.FUNCTIONS);
        var named = accepted();
        Await.eventually(() -> user.get("/v1/activations/" + named.id()).status() == 200);
        delete("worked");
        var replaced = user.create("again").json().getString("id");
        delete("again");
        var fresh = user.create("again").json().getString("id");
        var other = user.create("other").json().getString("id");
        delete("other");

        // The functions were deleted long ago; the record is new.
        registry.backends.text("update function set deleted_at = deleted_at - interval '31 days' returning id");

        Await.eventually(() -> revisions(other).equals("0"));
        Await.eventually(() -> revisions(replaced).equals("0"));
        Await.eventually(() -> functions
                .lastChange(FunctionRevision.key(owner, "other"))
                .join()
                .isEmpty());
        assertThat(revisions(functionId)).as("of one that a record names").isEqualTo("1");
        assertThat(functions.lastChange(FunctionRevision.key(owner, "worked")).join())
                .get()
                .isInstanceOf(Kv.Change.Deleted.class);
        assertThat(revisions(fresh)).isEqualTo("1");
        assertThat(functions.get(FunctionRevision.key(owner, "again")).join()).isPresent();
    }

    private void delete(String name) throws Exception {
        assertThat(user.delete("/v1/functions/" + name).status()).isEqualTo(204);
    }

    private String revisions(String function) throws Exception {
        return registry.backends.text("select count(*) from function_revision where function_id = '" + function + "'");
    }

    private CommandQueue.QueueStats stats() {
        return queue.stats(functionId).join().orElseThrow();
    }

    private ActivationRecord last(Story story) {
        return events.lastFromLeader(story.id()).join().orElseThrow().record();
    }

    private Status status(Story story) {
        return last(story).currentStatus();
    }

    private Story queued() {
        var story = accepted();
        queue.enqueue(ActivationCommand.of(story.activation)).join();
        return story;
    }

    private Story accepted() {
        return Story.accepted(registry.bus, activation(), "argument");
    }

    private Activation activation() {
        return Story.activation(owner, functionId, "worked", Instant.now(), Map.of());
    }
}
