package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.Consumers;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.spawner.run.Claims;
import dev.faas.spawner.run.RunTiming;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that queued work starts within 30 s once nothing prevents it, with the timing of a real platform. A dead spawner keeps
 * its work until it is declared dead: {@link Spawners#DEAD_AFTER} after its last heartbeat, or at once by its successor.
 */
@Tag("slow")
final class LivenessTest {
    private static final Duration PROMISED = Duration.ofSeconds(30);
    /** Margin for the run itself and for a slow machine. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("echo", process -> {
            process.stdout(process.argument());
            return 0;
        });
    }

    private Platform.Started real(String name) throws Exception {
        return platform.spawner(name, 4, Duration.ofSeconds(1), RunTiming.DEFAULT);
    }

    private Ended within(Duration limit, String id) throws Exception {
        Platform.until("the end of " + id, limit, () -> platform.state(id) instanceof Ended);
        return (Ended) platform.state(id);
    }

    /** Pulls a command like a spawner that dies before it claims it. */
    private void takeAndDie(String functionId) throws Exception {
        try (var puller = platform.queue.openPuller(late -> {})) {
            assertThat(Platform.get(puller.pull(functionId, Duration.ofSeconds(5))))
                    .isInstanceOf(PullResult.Message.class);
        }
    }

    @Test
    void givenTheTimingOfARealPlatform_whenAddedUp_thenNoPathTakesLongerThanPromised() {
        var timing = RunTiming.DEFAULT;
        var found = timing.queueTableAge().plus(timing.pull());

        assertThat(found).as("a lost work notification").isLessThan(PROMISED);
        assertThat(Consumers.ACK_WAIT.plus(found)).as("taken, and not begun").isLessThan(PROMISED);
        assertThat(Claims.RUNS_ELSEWHERE.plus(found)).as("known to be dead").isLessThan(PROMISED);
        assertThat(timing.lease().plus(timing.keepAlive()))
                .as("a run is over before its command comes again")
                .isLessThanOrEqualTo(Consumers.ACK_WAIT);
    }

    @Test
    void givenACommandPulledByADeadSpawner_whenItIsRedeliveredBetweenTwoScans_thenItRunsSoon() throws Exception {
        var function = platform.function(Specs.concurrency("echo", 1));
        var id = platform.submit(function, "taken");
        var died = Instant.now();
        takeAndDie(function.id());
        var behind = platform.submit(function, "behind it");

        real("other");

        var ended = within(PROMISED.plus(MARGIN), id);
        assertThat(ended.report().output().result()).isEqualTo("taken");
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(Duration.between(died, ended.claimedAt())).isLessThan(PROMISED);
        var next = within(MARGIN, behind);
        assertThat(Duration.between(died, next.claimedAt())).isLessThan(PROMISED);
    }

    @Test
    void givenARunWhoseSpawnerIsNotKnownToBeDeadYet_whenItIs_thenItRunsAgainWithoutAnotherRedelivery()
            throws Exception {
        var dead = new Worker("silent", "1");
        var function = platform.function(Specs.concurrency("echo", 1));
        var accepted = platform.accept(function, "again", Instant.now().plusSeconds(600));
        var id = accepted.record().id();
        platform.enqueue(function, id);
        takeAndDie(function.id());
        var running = ((Queued) accepted.record()).claim(dead, Ids.activation(Instant.now()), Instant.now());
        Platform.expectStored(platform.events.append(running, accepted.sequence()));
        var behind = platform.submit(function, "behind it");
        real("other");
        try (var observer = new Spawners(platform.nats)) {
            observer.startObserving();
            platform.publishHeartbeat(dead.spawner(), dead.incarnation());

            Platform.until("it is known to be dead", Spawners.DEAD_AFTER.plus(MARGIN), () -> observer.isDead(dead));
        }

        var known = Instant.now();
        var ended = within(Claims.RUNS_ELSEWHERE.plus(MARGIN), id);
        assertThat(ended.report().output().result()).isEqualTo("again");
        assertThat(ended.platformFaults()).isEqualTo(1);
        var next = within(MARGIN, behind);
        assertThat(Duration.between(known, next.claimedAt())).isLessThan(PROMISED);
    }

    @Test
    void givenAConsumerThatIsDeletedWithWorkInIt_whenANotificationArrives_thenEverythingRunsOnce() throws Exception {
        var gate = new Gate();
        platform.images.put("gate", gate);
        real("steady");
        var function = platform.function(Specs.concurrency("gate", 1));
        var first = platform.submit(function, "");
        gate.awaitBegun(1);
        var second = platform.submit(function, "");
        platform.deleteConsumer(function);

        // The new consumer has no record of deliveries, so it delivers running commands again.
        platform.queue.notifyWork(Platform.key(function));
        var third = platform.submit(function, "");
        Platform.until(
                "the consumer is there again",
                () -> Platform.get(platform.queue.stats(function.id())).isPresent());
        gate.open();

        for (var id : new String[] {first, second, third}) {
            assertThat(within(PROMISED, id).report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(platform.history(id)).hasSize(3);
            Platform.until("it has left the queue", () -> !platform.queued(function, id));
        }
        assertThat(gate.runs()).isEqualTo(3);
    }

    @Test
    void givenAnEngineThatIsAway_whenItIsBack_thenWhatWasQueuedRunsAndNothingCountsAsAFault() throws Exception {
        var spawner = real("steady");
        spawner.engine().down(true);
        int pings = spawner.engine().pings();
        Platform.until(
                "what the first ping said is heeded", () -> spawner.engine().pings() >= pings + 2);
        var function = platform.function(Specs.of("echo"));
        var id = platform.submit(function, "patient");
        Platform.until(
                "no spawner takes it",
                () -> Platform.get(platform.queue.stats(function.id()))
                        .filter(stats -> stats.queued() == 1)
                        .isPresent());

        spawner.engine().down(false);

        assertThat(within(PROMISED, id).platformFaults()).isZero();
    }
}
