package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a spawner does with a command whose activation is not simply queued. */
final class ClaimRulesTest {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static Platform platform;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("count", process -> {
            process.stdout("run");
            RUNS.incrementAndGet();
            return 0;
        });
        platform.spawner(4);
    }

    @AfterAll
    static void stop() throws Exception {
        platform.close();
    }

    /** Claims as another spawner does, before the command reaches the one under test. */
    private static Snapshot runningOn(Worker worker, FunctionRevision function) throws Exception {
        var accepted = platform.accept(function, "", Instant.now().plusSeconds(600));
        var running = ((Queued) accepted.record()).claim(worker, Ids.activation(Instant.now()), Instant.now());
        return Platform.expectStored(platform.events.append(running, accepted.sequence()));
    }

    private static void acknowledged(FunctionRevision function, String id) throws Exception {
        Platform.until("the command is acknowledged", () -> !platform.queued(function, id));
    }

    @Test
    void givenAnActivationThatHasEnded_whenItsCommandComes_thenItIsAcknowledgedAndNothingRuns() throws Exception {
        var function = platform.function(Specs.of("no-such-image"));
        var accepted = platform.accept(function, "", Instant.now().plusSeconds(600));
        var id = accepted.record().id();
        var cancelled = ((Queued) accepted.record()).cancel(Reason.CANCELLED_BY_USER, Instant.now());
        Platform.expectStored(platform.events.append(cancelled, accepted.sequence()));

        platform.enqueue(function, id);

        acknowledged(function, id);
        assertThat(platform.history(id)).hasSize(2);
    }

    @Test
    void givenAnActivationThatRunsOnALiveSpawner_whenItsCommandComes_thenItIsLeftAlone() throws Exception {
        var alive = new Worker("elsewhere", "1");
        platform.publishHeartbeat("elsewhere", "1");
        var function = platform.function(Specs.of("count"));
        var id = runningOn(alive, function).record().id();

        platform.enqueue(function, id);

        Platform.until(
                "the command has been delivered",
                () -> Platform.get(platform.queue.stats(function.id()))
                        .filter(stats -> stats.running() == 1)
                        .isPresent());
        // The command behind it has run, so this one was decided on.
        platform.ended(platform.submit(function, ""));
        assertThat(platform.state(id)).isInstanceOf(Running.class);
        assertThat(platform.history(id)).hasSize(2);
        assertThat(platform.queued(function, id)).isTrue();
    }

    @Test
    void givenAnActivationThatRanOnADeadSpawner_whenItsCommandComes_thenTheSameAttemptRunsAgain() throws Exception {
        var dead = new Worker("crashed", "1");
        platform.publishHeartbeat("crashed", "2");
        var function = platform.function(Specs.of("count"));
        var id = runningOn(dead, function).record().id();

        platform.enqueue(function, id);

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.platformFaults()).isEqualTo(1);
        acknowledged(function, id);
    }

    @Test
    void givenAnAtMostOnceActivationOfADeadSpawner_whenItsCommandComes_thenItIsNotRunAgain() throws Exception {
        platform.publishHeartbeat("crashed-too", "2");
        var function = platform.function(Specs.atMostOnce("count"));
        var id = runningOn(new Worker("crashed-too", "1"), function).record().id();

        platform.enqueue(function, id);

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.FAILED);
        assertThat(ended.report().reason()).isEqualTo(Reason.WORKER_LOST);
        acknowledged(function, id);
    }

    @Test
    void givenARunOfThisSpawnerThatIsNoLongerAlive_whenItsCommandComes_thenItIsLostAndRunAgain() throws Exception {
        var function = platform.function(Specs.of("count"));
        var us = platform.ended(platform.submit(function, "")).worker();
        var id = runningOn(us, function).record().id();

        platform.enqueue(function, id);

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.platformFaults()).isEqualTo(1);
    }

    @Test
    void givenAnActivationThatWaitedTooLong_whenItsCommandComes_thenItExpiresWithoutRunning() throws Exception {
        var function = platform.function(Specs.of("no-such-image"));
        var id = platform.accept(function, "", Instant.now().minusSeconds(1))
                .record()
                .id();

        platform.enqueue(function, id);

        assertThat(platform.ended(id).report().status()).isEqualTo(Status.EXPIRED);
        acknowledged(function, id);
    }

    /** Its time is over but for the pause. Another function runs meanwhile, after it: so the first one had its turn. */
    @Test
    void givenAPausedFunction_whenCommandsCome_thenNoneRunsBeforeItIsResumed_andNoneExpires() throws Exception {
        var function = platform.function(Specs.of("count"));
        var other = platform.function(function.owner(), Records.with(Specs.of("count"), "name", "other"));
        var now = Instant.now();
        platform.publish(
                function.with(FunctionPauses.NONE.paused("", false, now.minusSeconds(60), Duration.ofHours(1))));
        var id = platform.accept(function, "", now.plusMillis(100)).record().id();
        Platform.until("its time would be over", () -> Instant.now().isAfter(now.plusMillis(100)));

        platform.enqueue(function, id);
        platform.ended(platform.submit(other, ""));

        assertThat(platform.state(id)).isInstanceOf(Queued.class);
        var resumed = FunctionPauses.NONE
                .paused("", false, now.minusSeconds(60), Duration.ofHours(1))
                .resumed(Instant.now().plusSeconds(60));
        platform.publish(function.with(resumed));
        assertThat(platform.ended(id).report().status()).isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void givenACommandOfNoActivation_whenItCameAFewTimes_thenItIsDropped() throws Exception {
        var function = platform.function(Specs.of("count"));
        var id = Ids.activation(Instant.now());

        platform.enqueue(function, id);

        acknowledged(function, id);
        assertThat(Platform.get(platform.events.lastFromLeader(id))).isEmpty();
    }

    /** The gateway was frozen or cut off between the two writes, for longer than ended activations stay in the event stream. */
    @Test
    void givenAnEndedActivationThatWasPruned_whenAnotherCommandComes_thenItIsDroppedAndNothingRuns() throws Exception {
        var function = platform.function(Specs.of("count"));
        var id = platform.submit(function, "");
        platform.ended(id);
        acknowledged(function, id);
        platform.prune(id);
        int before = RUNS.get();

        platform.enqueue(function, id);

        acknowledged(function, id);
        assertThat(RUNS).hasValue(before);
        assertThat(Platform.get(platform.events.lastFromLeader(id))).isEmpty();
    }

    @Test
    void givenACommandThatOvertookItsAcceptedEvent_whenThatComes_thenItRuns() throws Exception {
        var function = platform.function(Specs.of("count"));
        var late = platform.activation(function);
        Platform.get(platform.queue.enqueue(new ActivationCommand(late.id(), function.owner(), function.id())));
        Platform.until(
                "the command has been delivered",
                () -> Platform.get(platform.queue.stats(function.id()))
                        .filter(stats -> stats.queued() == 0)
                        .isPresent());

        Platform.expectStored(platform.events.accept(ActivationRecord.accept(late, new RunSpec(function.spec(), ""))));

        assertThat(platform.ended(late.id()).report().status()).isEqualTo(Status.SUCCEEDED);
    }
}
