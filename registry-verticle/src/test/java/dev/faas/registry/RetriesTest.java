package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Retry;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pending retries, in the state in which a spawner leaves them. */
class RetriesTest extends RegistryFixture {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofHours(1);

    private String functionId;

    @BeforeEach
    void newFunction() {
        functionId = createWithQueue("retried");
    }

    @Test
    void givenAParkedCommandWhenItIsDueThenItIsQueuedAndNoLongerParked() throws Exception {
        var waiting = failed(SOON);
        park(waiting);

        Await.eventually(() -> queued(waiting));

        assertThat(Instant.now()).isAfterOrEqualTo(waiting.nextAttemptAt());
        Await.eventually(() -> !isParked(waiting));
    }

    @Test
    void givenManyLongWaitsWhenOneWaitsShortlyThenItDoesNotWaitBehindThem() throws Exception {
        for (int i = 0; i < 300; i++) {
            park(failed(LATER));
        }
        var waiting = failed(SOON);
        park(waiting);

        Await.eventually(() -> queued(waiting));
    }

    @Test
    void givenACrashAfterEnqueuingWhenTheParkedCommandIsRedeliveredThenThereIsStillOneCommand() throws Exception {
        var waiting = failed(Duration.ofMillis(1));
        queue.enqueue(command(waiting)).join();
        park(waiting);

        Await.eventually(() -> !isParked(waiting));

        assertThat(queue.stats(functionId).join().orElseThrow().queued()).isEqualTo(1);
    }

    @Test
    void givenAnActivationCancelledMeanwhileWhenItsRetryIsDueThenItsCommandIsDropped() throws Exception {
        var waiting = failed(SOON);
        park(waiting);
        var last = events.lastFromLeader(waiting.id()).join().orElseThrow();
        stored(events.append(waiting.cancel(Reason.CANCELLED_BY_USER, Instant.now()), last.sequence()));

        Await.eventually(() -> !isParked(waiting));

        assertThat(queued(waiting)).isFalse();
    }

    @Test
    void givenAnEarlierWaitWhenTheActivationWaitsAgainThenOnlyTheNewTimeCounts() throws Exception {
        var waiting = failed(LATER);
        var earlier = new PendingRetry(command(waiting), waiting.nextAttemptAt().minus(Duration.ofHours(2)));
        queue.scheduleRetry(earlier).join();
        park(waiting);

        // The earlier one is acknowledged, the later one stays parked.
        Await.eventually(() -> registry.bus.stream(Subjects.RETRIES)
                .nextFromLeader(Subjects.retry(waiting.id()), 1)
                .join()
                .map(message -> new String(message.bytes(), StandardCharsets.UTF_8)
                        .contains(waiting.nextAttemptAt().toString()))
                .orElse(false));

        assertThat(isParked(waiting)).isTrue();
        assertThat(queued(waiting)).isFalse();
    }

    @Test
    void givenARetryThatWasNeverParkedWhenItIsDueThenTheReconcilerQueuesIt() throws Exception {
        var waiting = failed(SOON);

        Await.eventually(() -> queued(waiting));

        assertThat(Instant.now()).isAfterOrEqualTo(waiting.nextAttemptAt());
    }

    private Queued failed(Duration backoff) throws Exception {
        var now = Instant.now();
        var activation = new Activation(
                Ids.activation(now),
                owner,
                new Activation.FunctionKey(functionId, "retried", 1),
                "image:1",
                FunctionSpec.Delivery.AT_LEAST_ONCE,
                300,
                new Retry(3, 3600, Retry.DEFAULT.on()),
                now,
                now.plus(Duration.ofDays(1)),
                Map.of(),
                "request-1",
                null);
        var accepted = ActivationRecord.accept(activation, new RunSpec(FunctionSpec.of("retried", "image:1"), ""));
        var first = stored(events.accept(accepted));
        var running = accepted.claim(Story.WORKER, Ids.activation(now), now);
        var second = stored(events.append(running, first.sequence()));
        var report = Report.withoutOutcome(Status.FAILED, Reason.EXIT_CODE, "1", Instant.now());
        stored(events.append(running.finish(report, backoff), second.sequence()));
        // The stored record has milliseconds.
        return (Queued)
                events.lastFromLeader(activation.id()).join().orElseThrow().record();
    }

    private static Snapshot stored(CompletableFuture<AppendResult> append) {
        return ((AppendResult.Stored) append.join()).snapshot();
    }

    private static ActivationCommand command(Queued waiting) {
        return ActivationCommand.of(waiting.activation());
    }

    private static void park(Queued waiting) {
        queue.scheduleRetry(new PendingRetry(command(waiting), waiting.nextAttemptAt()))
                .join();
    }

    private static boolean queued(Queued waiting) {
        return queue.contains(command(waiting)).join();
    }

    private static boolean isParked(Queued waiting) {
        return registry.bus.stream(Subjects.RETRIES)
                .lastFromLeader(Subjects.retry(waiting.id()))
                .join()
                .isPresent();
    }
}
