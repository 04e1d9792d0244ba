package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Status;
import dev.faas.spawner.docker.TestImages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a spawner's reaper does not touch the containers of others on the same Docker host. */
@Tag("docker")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SharedHostTest {
    private static final String UNTIL_CANCELLED = "trap 'exit 0' TERM; while true; do /bin/busybox sleep 1; done";

    private final List<Platform> platforms = new ArrayList<>();
    private final TestImages images = new TestImages(TestImages.dockerHost());

    private Platform open(Platform platform) {
        platforms.add(platform);
        return platform;
    }

    /** Images can be removed only after their containers. */
    @AfterEach
    void stop() throws Exception {
        for (var platform : platforms) {
            platform.close();
        }
        images.close();
    }

    @Test
    void givenTwoPlatformsWithASpawnerOfTheSameName_whenOneReapsAndStops_thenTheOthersRunContinues(
            @TempDir Path directory) throws Exception {
        var ours = open(Platform.start(directory.resolve("ours")));
        var theirs = open(Platform.start(directory.resolve("theirs")));
        ours.dockerSpawner("test-" + UUID.randomUUID(), "same", 2, Duration.ofSeconds(1));
        var id = hanging(ours);

        // Started later: on the same platform it would declare the first one dead.
        var other = theirs.dockerSpawner("test-" + UUID.randomUUID(), "same", 2, Duration.ofSeconds(1));
        theirs.ended(theirs.submit(theirs.function(Specs.of(images.script("echo quick"))), ""));
        other.stop();

        stillRuns(ours, id);
    }

    @Test
    void givenTwoSpawnersOfOnePlatform_whenOneReapsAndStops_thenTheOthersRunContinues(@TempDir Path directory)
            throws Exception {
        var platform = open(Platform.start(directory));
        var platformId = "test-" + UUID.randomUUID();
        platform.dockerSpawner(platformId, "one", 1, Duration.ofSeconds(1));
        var id = hanging(platform);

        var other = platform.dockerSpawner(platformId, "two", 2, Duration.ofSeconds(1));
        var quick = platform.ended(platform.submit(platform.function(Specs.of(images.script("echo quick"))), ""));
        assertThat(quick.worker().spawner()).isEqualTo("two");
        other.stop();

        stillRuns(platform, id);
    }

    private String hanging(Platform platform) throws Exception {
        var id = platform.submit(platform.function(Specs.of(images.script(UNTIL_CANCELLED))), "");
        Platform.until("it runs", () -> platform.state(id) instanceof Running);
        return id;
    }

    /** If its container had been removed, the run would have ended differently. */
    private static void stillRuns(Platform platform, String id) throws Exception {
        platform.requestCancel(id);
        var ended = platform.ended(id);
        assertThat(ended.report().status()).isEqualTo(Status.CANCELLED);
        assertThat(ended.platformFaults()).isZero();
        assertThat(platform.history(id).stream().filter(Running.class::isInstance))
                .hasSize(2);
        assertThat(platform.history(id).getLast()).isInstanceOf(Ended.class);
    }
}
