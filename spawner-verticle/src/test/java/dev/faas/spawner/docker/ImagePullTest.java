package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a real registry, on loopback. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImagePullTest {

    private static TestImages images;
    private static TestRegistry registry;
    private static String source;
    private DockerCalls docker;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        registry = TestRegistry.start(directory);
        images = new TestImages(TestImages.dockerHost());
        source = images.load(BusyboxImage.running("/bin/echo", "pulled"));
    }

    @AfterAll
    static void stop() throws IOException {
        registry.close();
        images.close();
    }

    @BeforeEach
    void connect() throws EngineFault {
        docker = DockerCalls.connect(TestImages.dockerHost(), Duration.ofSeconds(10));
    }

    @AfterEach
    void disconnect() {
        docker.close();
    }

    @Test
    void givenAnImageInTheRegistryOnly_whenResolvedByManyAtOnce_thenItIsPulledWithItsDigest() throws Exception {
        var reference = registry.push(images, source, "faas-test/many", "1");
        var store = new ImageStore(docker, Duration.ofSeconds(60));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var resolutions = new ArrayList<Future<ResolvedImage>>();
            for (int i = 0; i < 8; i++) {
                Callable<ResolvedImage> resolve = () -> store.resolve(reference);
                resolutions.add(executor.submit(resolve));
            }
            for (var resolution : resolutions) {
                var image = resolution.get(60, TimeUnit.SECONDS);
                assertThat(image.entrypoint()).containsExactly("/bin/echo", "pulled");
                assertThat(image.digest())
                        .hasValueSatisfying(digest -> assertThat(digest).matches("sha256:[0-9a-f]{64}"));
            }
        } finally {
            removeImage(reference);
        }
    }

    @Test
    void givenADigest_whenResolved_thenThatVeryImageIsPulled() throws Exception {
        var tagged = registry.push(images, source, "faas-test/digest", "1");
        var store = new ImageStore(docker, Duration.ofSeconds(60));
        var digest = store.resolve(tagged).digest().orElseThrow();
        removeImage(tagged);
        var pinned = registry.reference("faas-test/digest@" + digest);
        try {
            assertThat(store.resolve(pinned).digest()).contains(digest);
        } finally {
            removeImage(pinned);
        }
    }

    @Test
    void givenNoTag_whenResolved_thenLatestIsPulledAndNoOther() throws Exception {
        var latest = registry.push(images, source, "faas-test/tags", "latest");
        var other = registry.push(images, source, "faas-test/tags", "other");
        var store = new ImageStore(docker, Duration.ofSeconds(60));
        try {
            store.resolve(registry.reference("faas-test/tags"));

            assertThat(isHere(latest)).isTrue();
            assertThat(isHere(other)).isFalse();
        } finally {
            removeImage(latest);
        }
    }

    @Test
    void givenATagThatIsNotThere_whenResolved_thenTheRegistrysWordsAreKept() throws Exception {
        registry.push(images, source, "faas-test/known", "1");
        var store = new ImageStore(docker, Duration.ofSeconds(60));

        assertThatThrownBy(() -> store.resolve(registry.reference("faas-test/known:2")))
                .isInstanceOf(ImageNotFound.class)
                .hasMessageContaining("faas-test/known:2")
                .hasMessageContaining("manifest unknown");
    }

    @Test
    void givenAReferenceThatIsNone_whenResolved_thenImageNotFound() {
        var store = new ImageStore(docker, Duration.ofSeconds(60));

        assertThatThrownBy(() -> store.resolve("Not A Reference")).isInstanceOf(ImageNotFound.class);
    }

    @Test
    void givenARegistryThatNeverAnswers_whenResolved_thenThePullEndsInTime() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var store = new ImageStore(docker, Duration.ofSeconds(1));
            var reference = "127.0.0.1:" + silent.getLocalPort() + "/faas-test/silent:1";
            long start = System.nanoTime();

            assertThatThrownBy(() -> store.resolve(reference))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("took longer than PT1S");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        }
    }

    private static boolean isHere(String reference) {
        try {
            images.docker().inspectImageCmd(reference).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private static void removeImage(String reference) {
        images.docker().removeImageCmd(reference).exec();
    }
}
