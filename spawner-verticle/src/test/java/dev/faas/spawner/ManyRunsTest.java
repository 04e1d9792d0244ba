package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Status;
import dev.faas.spawner.docker.OwnDocker;
import dev.faas.spawner.docker.TestImages;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs two thousand activations, mostly in reused containers, because an isolated one costs Docker a hundred times as much. */
@Tag("docker")
@Timeout(value = 420, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManyRunsTest {
    private static final int RUNS = 2_000;
    private static final int ISOLATED_OF = 20;
    private static final int AT_ONCE = 40;
    /** Connections to Docker that are kept open for later runs, boots and removals. */
    private static final int CALLS_AT_ONCE = 16;

    /** Of this test's own client. */
    private static final int OWN_CALLS = 2;

    private static final Duration SETTLED = Duration.ofSeconds(60);

    private final String platformId = "test-" + UUID.randomUUID();
    private VirtualThreads virtualThreads;
    private OwnDocker docker;
    private TestImages images;
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        virtualThreads = new VirtualThreads();
        docker = OwnDocker.start();
        images = new TestImages(docker.host());
        platform = Platform.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        images.close();
        docker.close();
        virtualThreads.close();
    }

    @Test
    void givenTwoThousandActivations_whenAllHaveRun_thenNothingOfThemIsLeft() throws Exception {
        var image = images.script("echo $1; echo heard >&2");
        var first = spawner();
        run(image, 2 * AT_ONCE); // what this process and Docker create at first use
        first.stop();
        var without = settled("what the first spawner took");
        var spawner = spawner();
        run(image, 2 * AT_ONCE);
        var before = settled("what the first runs took");

        run(image, RUNS);

        atMost(before.plusIdleConnections(CALLS_AT_ONCE), "what two thousand runs took");
        spawner.stop();
        atMost(without.plusIdleConnections(OWN_CALLS), "what the spawner took");
    }

    private Platform.Started spawner() throws Exception {
        return platform.dockerSpawner(docker.host(), platformId, "here", 8, Duration.ofSeconds(10));
    }

    /** Uses two functions and deletes them, and with them their ready sandboxes. */
    private void run(String image, int count) throws Exception {
        var reused = platform.function(Specs.reused(image));
        var isolated = platform.function(Specs.of(image));
        for (int done = 0; done < count; done += AT_ONCE) {
            var ids = new ArrayList<String>();
            for (int i = done; i < done + AT_ONCE; i++) {
                ids.add(platform.submit(i % ISOLATED_OF == 0 ? isolated : reused, Integer.toString(i)));
            }
            for (int i = 0; i < AT_ONCE; i++) {
                var report = platform.ended(ids.get(i)).report();
                assertThat(report.status()).isEqualTo(Status.SUCCEEDED);
                assertThat(report.output().result()).isEqualTo(done + i + "\n");
            }
        }
        delete(reused);
        delete(isolated);
    }

    private void delete(FunctionRevision function) throws Exception {
        var key = FunctionRevision.key(function.owner(), function.spec().name());
        Platform.get(platform.nats.kv(Subjects.FUNCTIONS).delete(key));
    }

    /** Waits until no container is left and the counts have been stable for a while. */
    private Footprint settled(String what) throws Exception {
        var last = new AtomicReference<>(footprint());
        Platform.until(what, SETTLED, () -> {
            var earlier = last.getAndSet(footprint());
            return last.get().equals(earlier) && earlier.counts().get("containers") == 0;
        });
        return last.get();
    }

    private Footprint footprint() throws Exception {
        return Footprint.of(docker, images, virtualThreads);
    }

    private void atMost(Footprint before, String what) throws Exception {
        var more = new AtomicReference<Map<String, String>>();
        try {
            Platform.until(what, SETTLED, () -> {
                more.set(footprint().beyond(before));
                return more.get().isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(what + " is left: " + more.get(), e);
        }
    }
}
