package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.spawner.docker.OwnDocker;
import dev.faas.spawner.docker.TestEngines;
import dev.faas.spawner.docker.TestImages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stops or freezes the Docker daemon of a spawner, and starts it again. */
@Tag("docker")
@Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DockerAwayTest {
    private static final Duration BACK = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("^faas_pool_ready(?:\\{.*})? ([0-9.]+)$", Pattern.MULTILINE);
    /** Exits 0 on SIGTERM: a run that was stopped with SIGTERM would look like a success. */
    private static final String POLITE = "trap 'echo interrupted; exit 0' TERM; echo begun; "
            + "i=0; while [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done; echo done";

    private final String platformId = "test-" + UUID.randomUUID();
    private OwnDocker docker;
    private TestImages images;
    private Platform platform;
    private Platform.Started spawner;

    enum Away {
        KILLED {
            @Override
            void take(OwnDocker docker) throws Exception {
                docker.kill();
            }
        },
        STOPPED {
            @Override
            void take(OwnDocker docker) throws Exception {
                docker.stop();
            }
        };

        abstract void take(OwnDocker docker) throws Exception;
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        docker = OwnDocker.start();
        images = new TestImages(docker.host());
        platform = Platform.start(directory);
        spawner = platform.dockerSpawner(docker.host(), platformId, "here", 4, Duration.ofSeconds(10));
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        platform.close();
        try (var engine = TestEngines.open(docker.host(), platformId, "observer")) {
            assertThat(engine.listContainers()).isEmpty();
        }
        assertThat(images.docker().listVolumesCmd().exec().getVolumes()).isNullOrEmpty();
        images.close();
        docker.close();
    }

    @ParameterizedTest
    @EnumSource(Away.class)
    void givenRunsAndSandboxes_whenTheDaemonGoesAndComesBack_thenTheyEndByTheRulesAndThePoolFillsItself(Away away)
            throws Exception {
        var image = images.script(POLITE);
        var repeatable = platform.function(Specs.of(image));
        var repeated = platform.submit(repeatable, "");
        var lost = platform.submit(platform.function(Specs.atMostOnce(image)), "");
        writes(repeated);
        writes(lost);
        Platform.until("one is booted ahead", () -> ready() > 0);

        away.take(docker);
        Platform.until("it is noticed", () -> !isReady());
        var queued = platform.submit(repeatable, "");
        Platform.until("its sandboxes are thrown away", () -> ready() == 0);
        Platform.until("it is to run again", () -> platform.parked(repeated));
        docker.startAgain();
        platform.enqueue(repeatable, repeated); // as the registry does when the retry is due

        var ended = platform.ended(repeated, BACK);
        assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(ended.report().output().result()).isEqualTo("begun\ndone\n");
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.platformFaults()).isPositive();
        assertThat(platform.ended(lost, BACK).report().reason()).isEqualTo(Reason.WORKER_LOST);
        var untouched = platform.ended(queued, BACK);
        assertThat(untouched.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(untouched.platformFaults()).isZero();
        Platform.until("the pool fills itself", BACK, () -> isReady() && ready() > 0);
    }

    @Test
    void givenRunsAndSandboxes_whenTheDaemonFreezesAndGoesOn_thenRunsInTimeGoOnAndThePoolIsNew() throws Exception {
        var function = platform.function(Specs.of(images.script(POLITE)));
        var running = platform.submit(function, "");
        var late = platform.submit(
                platform.function(Specs.limits(images.script("echo begun; exec sleep 600"), 6, 1, 1)), "");
        writes(running);
        writes(late);
        Platform.until("one is booted ahead", () -> ready() > 0);

        docker.freeze();
        Platform.until("it is noticed", () -> !isReady());
        Platform.until("its sandboxes are thrown away", BACK, () -> ready() == 0);
        var queued = platform.submit(function, "");
        assertThat(platform.state(queued)).isInstanceOf(Queued.class);
        assertThat(platform.state(running)).isInstanceOf(Running.class);
        docker.thaw();

        var ended = platform.ended(running, BACK);
        assertThat(ended.report().output().result()).isEqualTo("begun\ndone\n");
        assertThat(ended.platformFaults()).isZero();
        assertThat(platform.ended(late, BACK).report().status()).isEqualTo(Status.TIMED_OUT);
        var untouched = platform.ended(queued, BACK);
        assertThat(untouched.report().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(untouched.platformFaults()).isZero();
        Platform.until("the pool fills itself", BACK, () -> isReady() && ready() > 0);
    }

    private void writes(String id) throws Exception {
        Platform.until(
                "it writes", () -> Platform.get(platform.events.lastOutput(id)).isPresent());
    }

    private boolean isReady() throws Exception {
        return spawner.page("/readyz").statusCode() == 200;
    }

    private double ready() throws Exception {
        var found = READY.matcher(spawner.page("/metrics").body());
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }
}
