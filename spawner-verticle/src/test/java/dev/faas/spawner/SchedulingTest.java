package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Status;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Pause;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests many activations, several spawners, limits, and lost work notifications. */
final class SchedulingTest {
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("echo", process -> {
            process.stdout(process.argument());
            return 0;
        });
        platform.images.put("busy", process -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            Pause.of(Duration.ofMillis(30));
            atOnce.decrementAndGet();
            return 0;
        });
    }

    @Test
    void givenFiftyAtOnce_whenSubmitted_thenEachEndsOnceWithItsOwnResult() throws Exception {
        platform.spawner(8);
        var function = platform.function(Specs.concurrency("echo", 50));
        var ids = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            ids.add(platform.submit(function, "argument " + i));
        }

        for (int i = 0; i < 50; i++) {
            var ended = platform.ended(ids.get(i));
            assertThat(ended.report().output().result()).isEqualTo("argument " + i);
            assertThat(platform.history(ids.get(i))).hasSize(3);
        }
    }

    @Test
    void givenTwoSpawners_whenAFunctionHasMuchToDo_thenItsLimitHoldsAcrossBoth() throws Exception {
        platform.spawner(8);
        platform.spawner(8);
        var function = platform.function(Specs.concurrency("busy", 3));

        allSucceed(submitted(function, 30));

        assertThat(most).hasValue(3);
    }

    @Test
    void givenTwoSpawners_whenOneOwnerMayRunThreeAtOnce_thenThatHoldsAcrossBothAndAcrossTheStopOfOne()
            throws Exception {
        platform.ownerRunning = 3;
        platform.spawner(8);
        var other = platform.spawner(8);
        var function = platform.function(Specs.concurrency("busy", 50));

        allSucceed(submitted(function, 30));
        assertThat(most.getAndSet(0)).isBetween(2, 3);

        other.stop();
        allSucceed(submitted(function, 30));
        assertThat(most).as("all of it is the remaining one's").hasValue(3);
    }

    /** The limit of the whole platform, that of the owner, and how many run at most. */
    @ParameterizedTest
    @CsvSource({"1000, 3, 3", "3, 5, 3"})
    void theLowerLimitOfRunsCounts_andItHoldsAcrossSpawners(int platformLimit, int own, int running) throws Exception {
        platform.ownerRunning = platformLimit;
        var function = platform.function(Specs.concurrency("busy", 50));
        platform.nats
                .kv(Subjects.USAGE)
                .put(OwnerQuotas.key(function.owner()), ("{\"running\": " + own + "}").getBytes(StandardCharsets.UTF_8))
                .join();
        platform.spawner(8);
        platform.spawner(8);

        allSucceed(submitted(function, 30));

        assertThat(most.get()).isBetween(running - 1, running);
    }

    private List<String> submitted(FunctionRevision function, int count) throws Exception {
        var ids = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            ids.add(platform.submit(function, ""));
        }
        return ids;
    }

    private void allSucceed(List<String> ids) throws Exception {
        for (var id : ids) {
            assertThat(platform.ended(id).report().status()).isEqualTo(Status.SUCCEEDED);
        }
    }

    @Test
    void givenALongQueueOfOneOwner_whenAnotherSubmits_thenTheOtherDoesNotQueueBehindIt() throws Exception {
        platform.spawner(2);
        var greedy = platform.function(Specs.concurrency("busy", 50));
        var modest = platform.function(Specs.concurrency("echo", 50));
        var queue = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            queue.add(platform.submit(greedy, ""));
        }

        var ended = platform.ended(platform.submit(modest, "me too"));

        var last = platform.ended(queue.getLast());
        assertThat(ended.report().finishedAt()).isBefore(last.report().finishedAt());
        var before = 0;
        for (var id : queue) {
            before += platform.ended(id)
                            .report()
                            .finishedAt()
                            .isBefore(ended.report().finishedAt())
                    ? 1
                    : 0;
        }
        assertThat(before).isLessThan(30);
    }

    @Test
    void givenWorkThatWasQueuedBeforeAnySpawner_whenOneStarts_thenItRunsWithoutANotification() throws Exception {
        var id = platform.submit(platform.function(Specs.of("echo")), "early");

        platform.spawner(2);

        assertThat(platform.ended(id).report().output().result()).isEqualTo("early");
    }

    @Test
    void givenWorkWithoutANotification_whenQueuesAreScanned_thenItIsFound() throws Exception {
        platform.spawner(2);
        var function = platform.function(Specs.concurrency("echo", 1));
        try (var other = platform.queue.openPuller(late -> {})) {
            var pull = other.pull(function.id(), Duration.ofSeconds(5));
            var unknown = Ids.activation(Instant.now());
            // The other spawner's pull is already waiting; ours follows the notification.
            platform.enqueue(function, unknown);
            var held = Platform.get(pull);
            assertThat(held).isInstanceOf(PullResult.Message.class);
            var id = platform.submit(function, "found");
            Platform.until(
                    "the queue is at its limit",
                    () -> Platform.get(platform.queue.stats(function.id()))
                            .filter(s -> s.queued() == 1 && s.running() == 1)
                            .isPresent());

            Platform.get(((PullResult.Message) held).delivery().ack());

            assertThat(platform.ended(id).report().output().result()).isEqualTo("found");
        }
    }

    @Test
    void givenAFunctionWithoutAConsumer_whenANotificationArrives_thenTheSpawnerCreatesItWithTheFunctionsLimit()
            throws Exception {
        platform.spawner(2);
        var function = platform.function(Specs.concurrency("echo", 7));
        // By its end the spawner has read the limit, too: until then it would create the consumer with 1.
        platform.ended(platform.submit(function, "first"));
        Platform.get(platform.queue.removeQueue(new QueueKey(function.owner(), function.id())));

        var id = platform.submit(function, "no queue");

        assertThat(platform.ended(id).report().output().result()).isEqualTo("no queue");
        assertThat(Platform.get(platform.queue.stats(function.id()))
                        .orElseThrow()
                        .limit())
                .isEqualTo(7);
    }

    @Test
    void givenRunsThatAllSleep_whenTheSlotsAreTaken_thenTheNextStartsAsSoonAsOneIsFree() throws Exception {
        var gate = new Gate();
        platform.images.put("gate", gate);
        platform.spawner(2);
        var function = platform.function(Specs.of("gate"));
        var first = platform.submit(function, "");
        var second = platform.submit(function, "");
        gate.awaitBegun(2);
        var third = platform.submit(platform.function(Specs.of("echo")), "third");

        gate.open();

        assertThat(platform.ended(third).report().output().result()).isEqualTo("third");
        platform.ended(first);
        platform.ended(second);
    }

    @Test
    void givenNoRoomForContainers_whenWorkComes_thenItWaitsForSome() throws Exception {
        var spawner = platform.spawner(3);
        spawner.engine().full(true);
        Platform.until("it says so", () -> spawner.page("/readyz").statusCode() == 503);
        var id = platform.submit(platform.function(Specs.of("echo")), "late");
        assertThat(platform.state(id)).isInstanceOf(ActivationRecord.Queued.class);

        spawner.engine().full(false);

        assertThat(platform.ended(id).report().output().result()).isEqualTo("late");
        assertThat(platform.history(id)).hasSize(3);
    }

    @Test
    void givenASpawner_whenItHasRunSomething_thenItsMetricsAndHealthSaySo() throws Exception {
        var spawner = platform.spawner(3);
        platform.ended(platform.submit(platform.function(Specs.of("echo")), ""));

        assertThat(spawner.page("/metrics").body())
                .contains("faas_runs_total{outcome=\"succeeded\",reason=\"none\"")
                .contains("faas_slots{")
                .contains("faas_slots_free{")
                .contains("faas_run_start_seconds_count");
        assertThat(spawner.page("/readyz").body()).contains("nats").contains("docker");
    }
}
