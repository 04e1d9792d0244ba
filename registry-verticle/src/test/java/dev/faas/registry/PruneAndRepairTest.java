package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.Consumers;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import io.nats.client.api.ConsumerConfiguration;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The registry prunes finished activations from the event stream and repairs what was left half done. */
class PruneAndRepairTest extends RegistryFixture {
    private static final Duration RETENTION = Duration.ofMinutes(15);

    private String functionId;

    @BeforeEach
    void newFunction() {
        functionId = createWithQueue("worked");
    }

    @Test
    void givenTwoFinishedActivationsWhenOneIsOldEnoughThenExactlyItsEventsArePruned() throws Exception {
        var young = finished(Instant.now());
        var running = accepted().claimed("run-1").wrote("run-1", Source.STDOUT, "so far");
        var old = finished(Instant.now().minus(RETENTION));

        Await.eventually(() -> events.lastFromLeader(old.id()).join().isEmpty());
        Await.eventually(
                () -> registry.backends.number("select count(*) from activation_unpruned where id = '" + old.id() + "'")
                        == 0);

        assertThat(events.nextState(old.id(), 1).join()).isEmpty();
        assertThat(events.nextOutput(old.id(), 1).join()).isEmpty();
        assertThat(user.get("/v1/activations/" + old.id() + "/result").text()).isEqualTo("result");
        assertThat(user.get("/v1/activations/" + old.id() + "/logs").text()).isEqualTo("log");
        for (var alive : List.of(young, running)) {
            assertThat(events.runSpec(alive.id()).join()).isPresent();
            assertThat(events.lastFromLeader(alive.id()).join()).isPresent();
            assertThat(events.nextOutput(alive.id(), 1).join()).isPresent();
        }
    }

    @Test
    void givenAnAcceptedActivationWithoutACommandWhenReconciledThenItIsEnqueuedOnce() throws Exception {
        var lost = accepted();
        var command = ActivationCommand.of(lost.activation);

        Await.eventually(() -> queue.contains(command).join());
        Await.eventually(() ->
                registry.backends.number("select count(*) from activation_enqueued where id = '" + lost.id() + "'")
                        == 1);

        assertThat(queue.stats(functionId).join().orElseThrow().queued()).isEqualTo(1);
    }

    @Test
    void givenAnActivationWhoseCommandIsTakenWhenReconciledThenItGetsNoSecondCommand() throws Exception {
        var taken = activation();
        var command = ActivationCommand.of(taken);
        queue.enqueue(command).join();
        try (var puller = queue.openPuller(late -> {})) {
            var pulled = (PullResult.Message)
                    puller.pull(functionId, Duration.ofSeconds(5)).join();
            Story.accepted(registry.bus, taken, "");

            Await.eventually(() -> registry.backends.number(
                            "select count(*) from activation_enqueued where id = '" + command.id() + "'")
                    == 1);

            var stats = queue.stats(functionId).join().orElseThrow();
            assertThat(stats.queued()).isZero();
            assertThat(stats.running()).isEqualTo(1);
            pulled.delivery().ack().join();
        }
    }

    @Test
    void givenWorkWithoutAConsumerWhenReconciledThenThereIsOneAgain() throws Exception {
        user.patch("/v1/functions/worked", new JsonObject().put("concurrency", 7));
        queue.removeQueue(new QueueKey(owner, functionId)).join();
        accepted();

        Await.eventually(() -> queue.stats(functionId).join().isPresent());
        Await.eventually(() -> queue.stats(functionId).join().orElseThrow().queued() == 1);
        assertThat(queue.stats(functionId).join().orElseThrow().limit()).isEqualTo(7);
    }

    @Test
    void givenAConsumerWithAnotherLimitWhenReconciledThenItsLimitIsTheFunctionsConcurrency() throws Exception {
        queue.ensureConsumer(new QueueKey(owner, functionId), 77).join();

        Await.eventually(() -> queue.stats(functionId).join().orElseThrow().limit() == 10);
    }

    @Test
    void givenAConsumerOfAnEarlierVersionWhenReconciledThenItHasTheAckWaitOfThisOne() throws Exception {
        var name = Subjects.consumer(functionId);
        var other = io.nats.client.Nats.connect(registry.backends.nats.url());
        try {
            var management = other.jetStreamManagement();
            var made = management.getConsumerInfo(Subjects.ACTIVATIONS, name).getConsumerConfiguration();
            management.addOrUpdateConsumer(
                    Subjects.ACTIVATIONS,
                    ConsumerConfiguration.builder(made)
                            .ackWait(Duration.ofSeconds(30))
                            .build());

            Await.eventually(() -> management
                    .getConsumerInfo(Subjects.ACTIVATIONS, name)
                    .getConsumerConfiguration()
                    .getAckWait()
                    .equals(Consumers.ACK_WAIT));
        } finally {
            other.close();
        }
    }

    @Test
    void givenARunWhoseSpawnerAndCommandAreGoneWhenReconciledThenItIsQueuedAgain() throws Exception {
        var spawners = new Spawners(registry.bus);
        var dead = new Worker("spawner-" + owner, "1");
        var run = accepted().claimed("run-1", dead);
        // A heartbeat of its successor shows that the first spawner is dead.
        spawners.publish(new SpawnerHeartbeat(dead.spawner(), "2", 1, 1, null, null), 0)
                .join();

        Await.eventually(() ->
                events.lastFromLeader(run.id()).join().orElseThrow().record().currentStatus() == Status.QUEUED);
        Await.eventually(
                () -> queue.contains(ActivationCommand.of(run.activation)).join());
        var again = events.lastFromLeader(run.id()).join().orElseThrow().record();
        assertThat(again.attempt()).isZero();
        assertThat(again.platformFaults()).isEqualTo(1);
        Await.eventually(() -> user.get("/v1/activations/" + run.id())
                .json()
                .getString("status")
                .equals("queued"));
    }

    @Test
    void givenARunWhoseSpawnerIsDeadWhenReconciledThenItsCommandCanBeTakenAtOnceAndItsSlotIsFree() throws Exception {
        user.patch("/v1/functions/worked", new JsonObject().put("concurrency", 1));
        var spawners = new Spawners(registry.bus);
        var dead = new Worker("spawner-" + owner, "1");
        var held = activation();
        try (var puller = queue.openPuller(late -> {})) {
            queue.enqueue(ActivationCommand.of(held)).join();
            var taken = puller.pull(functionId, Duration.ofSeconds(5)).join();
            assertThat(taken).isInstanceOf(PullResult.Message.class);
            var run = Story.accepted(registry.bus, held, "").claimed("run-1", dead);

            spawners.publish(new SpawnerHeartbeat(dead.spawner(), "2", 1, 1, null, null), 0)
                    .join();

            Await.eventually(() ->
                    puller.pull(functionId, Duration.ofSeconds(5)).join() instanceof PullResult.Message(var delivery)
                            && CommandQueue.decodeCommand(delivery).id().equals(run.id()));
            assertThat(events.lastFromLeader(run.id())
                            .join()
                            .orElseThrow()
                            .record()
                            .currentStatus())
                    .isEqualTo(Status.QUEUED);
            assertThat(queue.stats(functionId).join().orElseThrow().running()).isEqualTo(1);
        }
    }

    @Test
    void givenARunWhoseSpawnerLivesWhenReconciledThenItIsLeftAlone() throws Exception {
        var spawners = new Spawners(registry.bus);
        var dead = new Worker("spawner-" + owner, "1");
        var alive = new Worker("spawner-" + owner, "2");
        var run = accepted().claimed("run-1", alive);
        var control = accepted().claimed("run-1", dead);
        spawners.publish(new SpawnerHeartbeat(alive.spawner(), "2", 1, 1, null, null), 0)
                .join();

        // The control was checked in the same rounds.
        Await.eventually(() -> events.lastFromLeader(control.id())
                        .join()
                        .orElseThrow()
                        .record()
                        .currentStatus()
                == Status.QUEUED);
        assertThat(events.lastFromLeader(run.id()).join().orElseThrow().record().currentStatus())
                .isEqualTo(Status.RUNNING);
    }

    @Test
    void givenRunsOfALivingSpawnerWhenItSaysThatItDoesNotHaveOneThenOnlyThatOneIsQueuedAgain() throws Exception {
        var spawners = new Spawners(registry.bus);
        var alive = new Worker("spawner-" + owner, "1");
        spawners.publish(new SpawnerHeartbeat(alive.spawner(), "1", 1, 1, null, null), 0)
                .join();
        var present = accepted().claimed("present-" + owner, alive);
        var missing = accepted().claimed("missing-" + owner, alive);
        try (var _ = spawners.answerMissingRuns(alive, ("present-" + owner)::equals)) {
            Await.eventually(() -> missing.refreshed().record().currentStatus() == Status.QUEUED);
            Await.eventually(() ->
                    queue.contains(ActivationCommand.of(missing.activation)).join());
        }

        assertThat(missing.record().attempt()).isZero();
        assertThat(missing.record().platformFaults()).isEqualTo(1);
        assertThat(present.refreshed().record().currentStatus()).isEqualTo(Status.RUNNING);
    }

    private Story finished(Instant at) {
        return accepted()
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "result")
                .wrote("run-1", Source.STDERR, "log")
                .succeeded("result", 6, 3, at);
    }

    private Story accepted() {
        return Story.accepted(registry.bus, activation(), "argument");
    }

    private Activation activation() {
        return Story.activation(owner, functionId, "worked", Instant.now(), Map.of());
    }
}
