package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.Reason;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.activation.Worker;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.run.RunTiming;
import dev.faas.testing.Pause;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moves a spawner's clock by hours in both directions, while it has queued work, runs and leases, and at a restart. */
@Tag("docker")
final class ClockJumpsTest {
    private static final Duration PROMISED = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(1);

    private Platform platform;
    private @Nullable TestImages images;
    private volatile Duration jump = Duration.ZERO;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.clock = () -> Instant.now().plus(jump);
        platform.images.put("echo", process -> {
            process.stdout(process.argument());
            return 0;
        });
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        if (images != null) {
            images.close();
        }
    }

    private Platform.Started real(String name) throws Exception {
        return platform.spawner(name, 4, GRACE, RunTiming.DEFAULT);
    }

    private Ended within(Duration limit, String id) throws Exception {
        Platform.until("the end of " + id, limit, () -> platform.state(id) instanceof Ended);
        return (Ended) platform.state(id);
    }

    @Test
    void givenAClockThatJumps_whenWorkIsQueued_thenItRunsAsUsual() throws Exception {
        real("jumping");
        var function = platform.function(Specs.retrying("echo", 2, 1));
        for (int hours : new int[] {5, -5, 0}) {
            jump = Duration.ofHours(hours);

            var ended = within(PROMISED, platform.submit(function, "on time"));

            assertThat(ended.report().output().result()).isEqualTo("on time");
            assertThat(ended.attempt()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void givenARetryDueByAWrongClock_whenItIsRightAgain_thenTheAttemptFollows(int hours) throws Exception {
        platform.images.put(
                "second time",
                process -> process.environment().get("FAAS_ATTEMPT").equals("1") ? 1 : 0);
        jump = Duration.ofHours(hours);
        real("jumping");
        var function = platform.function(Specs.retrying("second time", 2, 1));
        var id = platform.submit(function, "");
        Platform.until("it waits", () -> platform.state(id) instanceof Queued queued && queued.nextAttemptAt() != null);
        Platform.until("its command is parked", () -> !platform.queued(function, id));

        jump = Duration.ZERO;
        platform.enqueue(function, id);

        assertThat(within(PROMISED, id).report().status()).isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void givenARunUnderWay_whenTheClockJumps_thenItKeepsItsLeaseAndEndsAsUsual() throws Exception {
        var gate = new Gate();
        platform.images.put("gate", gate);
        platform.images.put("a second", process -> {
            Pause.of(Duration.ofSeconds(1));
            return 0;
        });
        platform.spawner("jumping", 4, GRACE, Platform.QUICK);
        var second = platform.function(Specs.of("a second"));
        var function = platform.function(Specs.of("gate"));
        var id = platform.submit(function, "");
        gate.awaitBegun(1);
        for (int hours : new int[] {5, -5}) {
            jump = Duration.ofHours(hours);
            // Longer than the lease.
            for (int i = 0; i < 4; i++) {
                within(PROMISED, platform.submit(second, ""));
            }
        }

        gate.open();

        var ended = within(PROMISED, id);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.report().usage().durationMs()).isBetween(0L, PROMISED.toMillis());
        assertThat(ended.platformFaults()).isZero();
        assertThat(gate.runs()).isEqualTo(1);
    }

    @Test
    void givenCommandsInContainers_whenTheClockJumps_thenTheirDeadlinesStayWhereTheyWere() throws Exception {
        var scripts = new TestImages(TestImages.dockerHost());
        images = scripts;
        platform.dockerSpawner("test-" + UUID.randomUUID(), "jumping", 4, GRACE);
        var endless = platform.function(Specs.limits(scripts.script("echo begun; sleep 600"), 3, 1, 1));
        var patient = platform.function(Specs.limits(scripts.script("echo begun; sleep 3"), 60, 1, 1));
        for (int hours : new int[] {5, -5}) {
            jump = Duration.ZERO;
            var late = platform.submit(endless, "");
            var calm = platform.submit(patient, "");
            for (var id : new String[] {late, calm}) {
                Platform.until(
                        "it has begun",
                        () -> Platform.get(platform.events.lastOutput(id)).isPresent());
            }

            jump = Duration.ofHours(hours);

            assertThat(within(PROMISED, late).report().reason()).isEqualTo(Reason.TIMED_OUT);
            assertThat(within(PROMISED, calm).report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(((Ended) platform.state(late)).report().usage().durationMs())
                    .isBetween(3_000L, 10_000L);
        }
    }

    @Test
    void givenAClockThatIsAhead_whenMoreThanTheTimeInTheQueueIsOverByIt_thenThatAloneExpires() throws Exception {
        jump = Duration.ofHours(5);
        real("ahead");
        var function = platform.function(Specs.of("echo"));
        var hour = platform.accept(function, "", Instant.now().plus(Duration.ofHours(1)))
                .record()
                .id();
        platform.enqueue(function, hour);
        var day = platform.submit(function, "a day");

        assertThat(within(PROMISED, day).report().output().result()).isEqualTo("a day");
        assertThat(within(PROMISED, hour).report().status()).isEqualTo(Status.EXPIRED);
    }

    @Test
    void givenAClockThatIsBehind_whenOneWaitedTooLongByAllOthers_thenItStillRuns() throws Exception {
        jump = Duration.ofHours(-5);
        real("behind");
        var function = platform.function(Specs.of("echo"));
        var id = platform.accept(function, "late", Instant.now().minusSeconds(1))
                .record()
                .id();

        platform.enqueue(function, id);

        assertThat(within(PROMISED, id).report().output().result()).isEqualTo("late");
    }

    /** Incarnations are ordered by time. */
    @Test
    void givenASpawnerThatDied_whenItComesBackWithItsClockBehind_thenItsIncarnationIsTheLaterOne() throws Exception {
        var former = new Worker("restarted", Ids.activation(Instant.now()));
        platform.publishHeartbeat(former.spawner(), former.incarnation());
        var function = platform.function(Specs.of("echo"));
        var accepted = platform.accept(function, "again", Instant.now().plus(Duration.ofDays(1)));
        var id = accepted.record().id();
        var running = ((Queued) accepted.record()).claim(former, Ids.activation(Instant.now()), Instant.now());
        Platform.expectStored(platform.events.append(running, accepted.sequence()));
        jump = Duration.ofHours(-5);

        var restarted = platform.spawner(former.spawner(), 4, GRACE, Platform.QUICK);
        restarted
                .engine()
                .leftBehind(new OwnContainer(
                        "of-the-former", former.spawner(), former.incarnation(), "fn@1", true, Instant.now()));
        platform.enqueue(function, id);

        var ended = within(Duration.ofSeconds(10), id);
        assertThat(ended.report().output().result()).isEqualTo("again");
        assertThat(ended.worker().incarnation()).isGreaterThan(former.incarnation());
        try (var spawners = new Spawners(platform.nats)) {
            spawners.startObserving();
            Platform.until("the former is known to be dead", () -> spawners.isDead(former));
        }
        Platform.until(
                "what it left is removed",
                () -> restarted.engine().listContainers().isEmpty());
    }
}
