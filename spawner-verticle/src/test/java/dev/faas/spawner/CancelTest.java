package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.spawner.run.CancelWatch;
import dev.faas.spawner.run.RunTiming;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cancels runs: at once, in a race with their end, and before the claim. */
final class CancelTest {
    @AutoClose
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
    }

    /** The lease checks once an hour only, so the cancellation must arrive as a message. */
    private Platform.Started hearing() throws Exception {
        var hour = Duration.ofHours(1);
        var timing = new RunTiming(hour, hour, RunTiming.DEFAULT.pull(), Duration.ofSeconds(1), hour);
        return platform.spawner("hearing", 4, Duration.ofMillis(100), timing);
    }

    private void acknowledged(FunctionRevision function, String id) throws Exception {
        Platform.until("its command is acknowledged", () -> !platform.queued(function, id));
    }

    @Test
    void givenARun_whenItsCancellationIsAskedFor_thenItIsStoppedAtOnceAndKeepsWhatItWrote() throws Exception {
        var began = new CountDownLatch(1);
        platform.images.put("polite", process -> {
            process.stdout("half");
            began.countDown();
            process.handleTerm();
            process.awaitTerm();
            process.stderr("cleaned up");
            return 0;
        });
        var spawner = hearing();
        var function = platform.function(Specs.retrying("polite", 5, 1));
        var id = platform.submit(function, "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        platform.requestCancel(id);

        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.CANCELLED);
        assertThat(ended.report().reason()).isEqualTo(Reason.CANCELLED_BY_USER);
        assertThat(ended.report().output().result()).isEqualTo("half");
        assertThat(platform.output(id, ended.runId(), Source.STDERR))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("cleaned up");
        assertThat(platform.history(id)).hasSize(4);
        acknowledged(function, id);
        Platform.until(
                "its container is gone", () -> spawner.engine().listContainers().isEmpty());
    }

    @Test
    void givenARunThatIgnoresSigterm_whenItsCancellationIsAskedFor_thenItIsKilledAfterTheGrace() throws Exception {
        var began = new CountDownLatch(1);
        platform.images.put("stubborn", process -> {
            process.handleTerm();
            began.countDown();
            return process.hang();
        });
        hearing();
        var id = platform.submit(platform.function(Specs.of("stubborn")), "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        platform.requestCancel(id);

        assertThat(platform.ended(id).report().status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void givenALostCancelMessage_whenTheLeaseIsRenewed_thenTheCancellationIsFound() throws Exception {
        var function = platform.function(Specs.of("nothing"));
        var running = runningOn(new Worker("elsewhere", "1"), function);
        var cancelled = new CountDownLatch(1);
        var watch = new CancelWatch(platform.events, running.id(), running.runId(), cancelled::countDown);
        watch.close();
        platform.requestCancel(running.id());

        watch.check();

        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void givenTheCancellationOfAnotherRun_whenItsMessageArrives_thenThisRunContinues() throws Exception {
        var function = platform.function(Specs.of("nothing"));
        var running = runningOn(new Worker("elsewhere", "1"), function);
        var other = new AtomicInteger();
        var own = new CountDownLatch(1);
        try (var watch = new CancelWatch(platform.events, running.id(), "another run", other::incrementAndGet);
                var control = new CancelWatch(platform.events, running.id(), running.runId(), own::countDown)) {
            watch.start();
            control.start();
            platform.requestCancel(running.id());
            assertThat(own.await(30, TimeUnit.SECONDS)).isTrue();
            watch.check();
            control.check();
            assertThat(Platform.get(platform.events.lastFromLeader(running.id())))
                    .isPresent();
        }

        assertThat(other).hasValue(0);
    }

    @Test
    void givenRunsThatEndByThemselves_whenTheirCancellationRaces_thenEachKeepsItsOutcomeOrIsCancelled()
            throws Exception {
        var go = new Semaphore(0);
        platform.images.put("race", process -> {
            go.acquire();
            process.stdout("whole");
            return 0;
        });
        hearing();
        var function = platform.function(Specs.of("race"));
        for (int i = 0; i < 20; i++) {
            var id = platform.submit(function, "");
            Platform.until("it runs", () -> platform.state(id) instanceof Running);
            var running = Platform.get(platform.events.lastFromLeader(id)).orElseThrow();

            go.release();
            var request = platform.events.append(
                    ((Running) running.record()).requestCancel(Reason.CANCELLED_BY_USER), running.sequence());

            var stored = Platform.get(request) instanceof AppendResult.Stored;
            var report = platform.ended(id).report();
            if (report.status() == Status.CANCELLED) {
                assertThat(stored).as("no cancellation was requested").isTrue();
                go.drainPermits();
            } else {
                assertThat(report.status()).isEqualTo(Status.SUCCEEDED);
                assertThat(report.output().result()).isEqualTo("whole");
            }
            assertThat(platform.history(id).stream().filter(Ended.class::isInstance))
                    .hasSize(1);
            acknowledged(function, id);
        }
    }

    @Test
    void givenAnActivationOfADeadSpawnerThatIsToBeCancelled_whenItsCommandComes_thenItEndsAndNothingRuns()
            throws Exception {
        platform.publishHeartbeat("crashed", "2");
        var runs = new AtomicInteger();
        platform.images.put("count", process -> runs.incrementAndGet());
        hearing();
        var function = platform.function(Specs.of("count"));
        var running = runningOn(new Worker("crashed", "1"), function);
        platform.requestCancel(running.id());

        platform.enqueue(function, running.id());

        var ended = platform.ended(running.id());
        assertThat(ended.report().status()).isEqualTo(Status.CANCELLED);
        acknowledged(function, running.id());
        assertThat(runs).hasValue(0);
    }

    @Test
    void givenARunThatIsToBeCancelled_whenItsSpawnerStops_thenItIsCancelledAndNotHandedBack() throws Exception {
        var began = new CountDownLatch(1);
        platform.images.put("hang", process -> {
            began.countDown();
            return process.hang();
        });
        var spawner = hearing();
        var id = platform.submit(platform.function(Specs.of("hang")), "");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
        platform.requestCancel(id);

        spawner.stop();

        assertThat(platform.ended(id).report().status()).isEqualTo(Status.CANCELLED);
    }

    private Running runningOn(Worker worker, FunctionRevision function) throws Exception {
        var accepted = platform.accept(function, "", Instant.now().plusSeconds(600));
        var running = ((Queued) accepted.record()).claim(worker, Ids.activation(Instant.now()), Instant.now());
        Platform.expectStored(platform.events.append(running, accepted.sequence()));
        return running;
    }
}
