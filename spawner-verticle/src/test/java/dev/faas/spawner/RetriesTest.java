package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.nats.Delivery;
import dev.faas.spawner.engine.FakeProcess;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a failed attempt: its state is stored, its command parked, the delivery acknowledged, in that order, with a crash in between. */
final class RetriesTest {
    private static Platform platform;
    private static Platform.Started spawner;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("exit", process -> Integer.parseInt(process.argument()));
        platform.images.put("hang", FakeProcess::hang);
        spawner = platform.spawner(4);
    }

    @AfterAll
    static void stop() throws Exception {
        platform.close();
    }

    private static Queued waiting(String id) throws Exception {
        Platform.until("it waits", () -> platform.state(id) instanceof Queued queued && queued.nextAttemptAt() != null);
        return (Queued) platform.state(id);
    }

    private static void parkedAndAcknowledged(FunctionRevision function, String id) throws Exception {
        Platform.until("its command has left the queue", () -> !platform.queued(function, id));
        assertThat(platform.parked(id)).as("parked before it was acknowledged").isTrue();
    }

    @Test
    void givenAnAttemptThatFails_whenItMayBeRepeated_thenItIsParkedAndHoldsNoSlot() throws Exception {
        var function = platform.function(Specs.aloneRetrying("exit", 3, 3600));

        var id = platform.submit(function, "7");

        var queued = waiting(id);
        assertThat(queued.attempt()).isEqualTo(1);
        assertThat(queued.lastReason()).isEqualTo(Reason.EXIT_CODE);
        parkedAndAcknowledged(function, id);
        // The function's concurrency is 1, and the parked activation does not count.
        assertThat(platform.ended(platform.submit(function, "0")).report().status())
                .isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void givenAnAttemptThatWaited_whenItIsEnqueuedAgain_thenTheLastFailureEndsIt() throws Exception {
        var function = platform.function(Specs.retrying("exit", 2, 1));
        var id = platform.submit(function, "7");
        var queued = waiting(id);
        assertThat(Duration.between(Instant.now(), queued.nextAttemptAt())).isLessThan(Duration.ofMillis(1500));
        parkedAndAcknowledged(function, id);

        Platform.until("it is due", () -> queued.remainingWait(Instant.now()).isZero());
        platform.enqueue(function, id);

        var ended = platform.ended(id);
        assertThat(ended.attempt()).isEqualTo(2);
        assertThat(ended.report().reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(ended.attempts()).singleElement().satisfies(earlier -> {
            assertThat(earlier.attempt()).isEqualTo(1);
            assertThat(earlier.reason()).isEqualTo(Reason.EXIT_CODE);
            assertThat(earlier.exitCode()).isEqualTo(7);
            assertThat(earlier.spawner()).isEqualTo(ended.worker().spawner());
        });
        assertThat(ended.queuedSince()).isEqualTo(queued.nextAttemptAt());
        assertThat(platform.history(id))
                .extracting(Object::getClass)
                .containsExactly(Queued.class, Running.class, Queued.class, Running.class, Ended.class);
    }

    @Test
    void givenNoBackoff_whenAnAttemptFails_thenTheNextFollowsAtOnceFromTheQueue() throws Exception {
        var function = platform.function(Specs.retrying("exit", 3, 0));

        var id = platform.submit(function, "7");

        var ended = platform.ended(id);
        assertThat(ended.attempt()).isEqualTo(3);
        assertThat(platform.parked(id)).isFalse();
    }

    @Test
    void givenACrashBeforeItWasParked_whenTheCommandComesAgain_thenItIsParkedAndAcknowledged() throws Exception {
        var function = platform.function(Specs.retrying("exit", 2, 3600));
        var failed = failedOnce(function);

        platform.enqueue(function, failed.record().id());

        parkedAndAcknowledged(function, failed.record().id());
        assertThat(platform.history(failed.record().id())).hasSize(3);
    }

    @Test
    void givenACrashBeforeItWasAcknowledged_whenTheCommandComesAgain_thenItIsParkedOnce() throws Exception {
        var function = platform.function(Specs.retrying("exit", 2, 3600));
        var failed = failedOnce(function);
        var parked = parked(function, failed);
        Platform.get(platform.queue.scheduleRetry(parked));

        platform.enqueue(function, failed.record().id());

        parkedAndAcknowledged(function, failed.record().id());
        assertThat(platform.history(failed.record().id())).hasSize(3);
    }

    @Test
    void givenAnEarlierWaitThatIsNotAcknowledgedYet_whenTheNextAttemptFails_thenItsOwnWaitIsParkedToo()
            throws Exception {
        var function = platform.function(Specs.retrying("exit", 3, 3600));
        var id = Ids.activation(Instant.now());
        var earlier = new PendingRetry(
                new ActivationCommand(id, function.owner(), function.id()), Instant.parse("2026-01-01T00:00:00Z"));
        var later = new PendingRetry(earlier.command(), earlier.due().plusSeconds(60));
        Platform.get(platform.queue.scheduleRetry(earlier));

        Platform.get(platform.queue.scheduleRetry(later));

        var retries = platform.nats.stream(Subjects.RETRIES);
        var subject = Subjects.retry(id);
        var first = Platform.get(retries.nextFromLeader(subject, 1)).orElseThrow();
        var second = Platform.get(retries.nextFromLeader(subject, first.sequence() + 1))
                .orElseThrow();
        assertThat(Codec.decode(second.bytes(), PendingRetry.class)).isEqualTo(later);
    }

    /** It is due by the clock of the registry, not by that of the spawner. */
    @Test
    void givenAWaitThatIsEnqueuedAndNotAcknowledgedYet_whenItIsParkedAgain_thenItStaysParked() throws Exception {
        var function = platform.function(Specs.of("exit"));
        var id = Ids.activation(Instant.now());
        var wait = new PendingRetry(new ActivationCommand(id, function.owner(), function.id()), Instant.now());
        Platform.get(platform.queue.scheduleRetry(wait));
        try (var registry = platform.nats.openReader(Subjects.RETRIES, Subjects.RETRIER)) {
            var taken = new ArrayList<Delivery>();
            Platform.until("it is taken", () -> {
                taken.addAll(registry.take(100, Duration.ofSeconds(1)));
                return taken.stream().anyMatch(each -> each.subject().equals(Subjects.retry(id)));
            });

            Platform.get(platform.queue.scheduleRetry(wait));
            for (var delivery : taken) {
                Platform.get(
                        delivery.subject().equals(Subjects.retry(id))
                                ? delivery.ack()
                                : delivery.handBack(Duration.ZERO));
            }
        }

        assertThat(platform.parked(id)).isTrue();
    }

    @Test
    void givenAnEngineThatCannotStartIt_whenSubmitted_thenItIsAPlatformFaultAndItWaitsWithoutASlot() throws Exception {
        var function = platform.function(Specs.aloneRetrying("broken", 1, 1));
        spawner.engine()
                .unavailable("broken", () -> new SandboxUnavailable.BootFailed("no space left on device", null));

        var id = platform.submit(function, "");

        var queued = waiting(id);
        assertThat(queued.attempt()).isZero();
        assertThat(queued.platformFaults()).isEqualTo(1);
        assertThat(queued.lastReason()).isEqualTo(Reason.START_FAILED);
        parkedAndAcknowledged(function, id);
    }

    /** Stores the state of a spawner that dies right afterwards. */
    private static Snapshot failedOnce(FunctionRevision function) throws Exception {
        var accepted = platform.accept(function, "7", Instant.now().plusSeconds(600));
        var running = ((Queued) accepted.record())
                .claim(new Worker("crashed", "1"), Ids.activation(Instant.now()), Instant.now());
        var claimed = Platform.expectStored(platform.events.append(running, accepted.sequence()));
        var report = Report.withoutOutcome(Status.FAILED, Reason.EXIT_CODE, "7", Instant.now());
        ActivationRecord next = running.finish(report, Duration.ofHours(1));
        return Platform.expectStored(platform.events.append(next, claimed.sequence()));
    }

    private static PendingRetry parked(FunctionRevision function, Snapshot failed) throws Exception {
        // Stored times have milliseconds.
        var stored = (Queued) platform.state(failed.record().id());
        return new PendingRetry(
                new ActivationCommand(stored.id(), function.owner(), function.id()), stored.nextAttemptAt());
    }
}
