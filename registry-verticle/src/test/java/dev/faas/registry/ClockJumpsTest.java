package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Status;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry's clock, in one test that of Postgres, is wrong by hours; all other clocks are right. */
@Tag("slow")
class ClockJumpsTest extends RegistryFixture {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration BACKOFF = Duration.ofSeconds(5);

    private String functionId;

    @BeforeEach
    void newFunction() throws Exception {
        registry.jump = Duration.ZERO;
        functionId = user.create("worked").json().getString("id");
    }

    private Story accepted(Duration ttl) {
        return Story.accepted(
                registry.bus, Story.activation(owner, functionId, "worked", Instant.now(), ttl, Map.of()), "argument");
    }

    private Story waiting(Duration backoff) {
        var story = accepted(DAY).claimed("run-1").failed(backoff);
        queue.scheduleRetry(parked(story)).join();
        return story;
    }

    private static PendingRetry parked(Story story) {
        var due = ((Queued) story.refreshed().record()).nextAttemptAt();
        return new PendingRetry(command(story), Objects.requireNonNull(due));
    }

    private static ActivationCommand command(Story story) {
        return ActivationCommand.of(story.activation);
    }

    private static boolean queued(Story story) {
        return queue.contains(command(story)).join();
    }

    private static Status status(Story story) {
        return events.lastFromLeader(story.id()).join().orElseThrow().record().currentStatus();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void givenAcceptedWorkWithoutACommandWhenTheClockIsWrongThenItIsEnqueued(int hours) throws Exception {
        registry.jump = Duration.ofHours(hours);
        var story = accepted(DAY);

        Await.eventually(() -> queued(story));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void givenAPendingRetryWhenTheClockIsWrongThenItIsEnqueued(int hours) throws Exception {
        registry.jump = Duration.ofHours(hours);
        var story = waiting(Duration.ofSeconds(1));

        Await.eventually(() -> queued(story));
    }

    /** By the spawner's clock the retry is not due yet, so the spawner parks each command again. */
    @Test
    void givenARetryDueByAWrongClockOnlyWhenASpawnerParksItAgainThenItDoesNotBounceWithoutAPause() throws Exception {
        registry.jump = Duration.ofHours(5);
        var story = waiting(BACKOFF);
        var due = parked(story).due();
        int deliveries = 0;
        try (var puller = queue.openPuller(late -> {})) {
            while (Instant.now().isBefore(due)) {
                if (puller.pull(functionId, Duration.ofSeconds(1)).join() instanceof PullResult.Message(var delivery)) {
                    deliveries++;
                    queue.scheduleRetry(parked(story)).join();
                    delivery.ack().join();
                }
            }
        }

        // One at once and one a second, and one by MissingCommandEnqueuer for each of the three states in the ledger.
        assertThat(deliveries).isBetween(1, 1 + (int) BACKOFF.toSeconds() + 3);
        Await.eventually(() -> queued(story));
    }

    @Test
    void givenAClockThatIsAheadWhenOneActivationIsOverdueByItThenOnlyThatOneExpires() throws Exception {
        var hour = accepted(Duration.ofHours(1));
        var day = accepted(DAY);
        registry.jump = Duration.ofHours(5);

        Await.eventually(() -> status(hour) == Status.EXPIRED);

        assertThat(status(day)).isEqualTo(Status.QUEUED);
    }

    @Test
    void givenAClockThatIsBehindWhenOneHasWaitedTooLongThenItExpiresOnceTheClockIsRight() throws Exception {
        registry.jump = Duration.ofHours(-5);
        var overdue = accepted(Duration.ofMillis(1));
        Await.eventually(() -> queued(overdue));
        assertThat(status(overdue)).isEqualTo(Status.QUEUED);

        registry.jump = Duration.ZERO;

        Await.eventually(() -> status(overdue) == Status.EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void givenAFinishedActivationWhenTheClockJumpsThenItIsStillReadable(int hours) throws Exception {
        var story = accepted(DAY)
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "result")
                .succeeded("result", 6, 0, Instant.now());
        var running = accepted(DAY).claimed("run-2");

        registry.jump = Duration.ofHours(hours);

        var path = "/v1/activations/" + story.id();
        if (hours > 0) {
            // By this clock its events are old enough to be pruned.
            Await.eventually(() -> events.lastFromLeader(story.id()).join().isEmpty());
        } else {
            Await.eventually(() -> user.get(path).status() == 200
                    && user.get(path).json().getString("status").equals("succeeded"));
            assertThat(events.lastFromLeader(story.id()).join()).isPresent();
        }
        assertThat(user.get(path).json().getString("status")).isEqualTo("succeeded");
        assertThat(user.get(path + "/result").text()).isEqualTo("result");
        assertThat(status(running)).isEqualTo(Status.RUNNING);
        assertThat(events.runSpec(running.id()).join()).isPresent();
    }

    @Test
    void givenPostgresWhoseClockWasPutBackWhenWorkHasNoCommandThenItIsEnqueuedNow() throws Exception {
        var story = accepted(DAY);
        Await.eventually(() -> queued(story));
        queue.remove(command(story)).join();

        registry.backends.run("delete from activation_enqueued where id = '" + story.id() + "'; update activation"
                + " set changed_at = now() + interval '5 hours' where id = '" + story.id() + "'");

        Await.eventually(() -> queued(story));
        assertThat(events.lastFromLeader(story.id()).join().orElseThrow().record())
                .isInstanceOf(ActivationRecord.Queued.class);
    }
}
