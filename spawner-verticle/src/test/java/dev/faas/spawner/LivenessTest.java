package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.PullInbox.Pulled;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queued work starts within 30 s of the end of whatever kept it from starting. At the rhythm of a real platform. */
final class LivenessTest {
    private static final Duration PROMISED = Duration.ofSeconds(30);
    private static final Duration ACK_WAIT = Duration.ofSeconds(30);
    /** From a start to its end, and for the machine's own slowness. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("echo", process -> {
            process.stdout(process.argument());
            return 0;
        });
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
    }

    private Platform.Started real(String name) throws Exception {
        return platform.spawner(name, 4, Duration.ofSeconds(1), SpawnerConfig.Timing.DEFAULT);
    }

    private Ended within(Duration limit, String id) throws Exception {
        Platform.until("the end of " + id, limit, () -> platform.state(id) instanceof Ended);
        return (Ended) platform.state(id);
    }

    /** Takes a command as a spawner does that dies before it has claimed it. */
    private void takeAndDie(String functionId) throws Exception {
        try (var puller = platform.queue.puller(late -> {})) {
            assertThat(Platform.get(puller.pull(functionId, Duration.ofSeconds(5))))
                    .isInstanceOf(Pulled.Message.class);
        }
    }

    @Test
    void givenACommandTakenByOneThatDied_whenItBecomesFreeBetweenTwoSweeps_thenItRunsSoon() throws Exception {
        var function = platform.function(Specs.of("echo"));
        var id = platform.submit(function, "taken");
        takeAndDie(function.id());

        real("other");

        var ended = within(ACK_WAIT.plus(MARGIN), id);
        assertThat(ended.report().result()).isEqualTo("taken");
        assertThat(ended.attempt()).isEqualTo(1);
    }

    @Test
    void givenARunWhoseSpawnerIsNotKnownToBeDeadYet_whenItIs_thenItRunsAgainWithoutAnotherRedelivery()
            throws Exception {
        platform.beat("silent", "1");
        var function = platform.function(Specs.of("echo"));
        var accepted = platform.accept(function, "again", Instant.now().plusSeconds(600));
        var id = accepted.record().id();
        var running = ((Queued) accepted.record())
                .claim(new Worker("silent", "1"), Ids.activation(Instant.now()), Instant.now());
        Platform.stored(platform.events.append(running, accepted.sequence()));
        real("observer");
        platform.enqueue(function, id);

        // Dead after 30 s of silence, looked at every five.
        var ended = within(PROMISED.plus(MARGIN).plus(MARGIN), id);

        assertThat(ended.report().result()).isEqualTo("again");
        assertThat(ended.platformFaults()).isEqualTo(1);
    }

    @Test
    void givenAConsumerThatIsDeletedWithWorkInIt_whenAHintComes_thenEverythingRunsOnce() throws Exception {
        var runs = new AtomicInteger();
        var began = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        platform.images.put("gate", process -> {
            runs.incrementAndGet();
            began.countDown();
            go.await();
            return 0;
        });
        real("steady");
        var function = platform.function(Specs.concurrency("gate", 1));
        var first = platform.submit(function, "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
        var second = platform.submit(function, "");
        platform.deleteConsumer(function);

        // The new consumer knows nothing of what runs, and gives it out again.
        platform.queue.hint(Platform.key(function));
        var third = platform.submit(function, "");
        Platform.until(
                "the consumer is there again",
                () -> Platform.get(platform.queue.standing(function.id())).isPresent());
        go.countDown();

        for (var id : new String[] {first, second, third}) {
            assertThat(within(PROMISED, id).report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(platform.history(id)).hasSize(3);
            Platform.until("it has left the queue", () -> !platform.queued(function, id));
        }
        assertThat(runs).hasValue(3);
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
                "nobody takes it",
                () -> Platform.get(platform.queue.standing(function.id()))
                        .filter(standing -> standing.queued() == 1)
                        .isPresent());

        spawner.engine().down(false);

        assertThat(within(PROMISED, id).platformFaults()).isZero();
    }

    @Test
    void givenAClockThatJumps_whenWorkIsQueued_thenItRunsAsEver() throws Exception {
        var jump = new AtomicReference<>(Duration.ZERO);
        platform.clock = () -> Instant.now().plus(jump.get());
        real("jumping");
        var function = platform.function(Specs.retrying("echo", 2, 1));
        for (var far : new Duration[] {Duration.ofMinutes(5), Duration.ofHours(-5), Duration.ZERO}) {
            jump.set(far);

            var ended = within(PROMISED, platform.submit(function, "on time"));

            assertThat(ended.report().result()).isEqualTo("on time");
            assertThat(ended.attempt()).isEqualTo(1);
        }
    }

    @Test
    void givenARetryDueFarInTheFutureByAWrongClock_whenItIsRightAgain_thenTheAttemptFollows() throws Exception {
        platform.images.put(
                "second time",
                process -> process.environment().get("FAAS_ATTEMPT").equals("1") ? 1 : 0);
        var jump = new AtomicReference<>(Duration.ofMinutes(5));
        platform.clock = () -> Instant.now().plus(jump.get());
        real("jumping");
        var function = platform.function(Specs.retrying("second time", 2, 1));
        var id = platform.submit(function, "");
        Platform.until("it waits", () -> platform.state(id) instanceof Queued queued && queued.nextAttemptAt() != null);
        Platform.until("its command is parked", () -> !platform.queued(function, id));

        jump.set(Duration.ZERO);
        platform.enqueue(function, id);

        assertThat(within(PROMISED, id).report().status()).isEqualTo(Status.SUCCEEDED);
    }
}
