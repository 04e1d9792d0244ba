package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a real registry on loopback: a healthy, slow or failing one, one with a login, and a broken layer. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImagePullTest {
    @AutoClose
    private static TestImages images;

    @AutoClose
    private static TestRegistry registry;

    private static String source;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        registry = TestRegistry.start(directory);
        images = new TestImages(TestImages.dockerHost());
        source = images.load(BusyboxImage.running("/bin/echo", "pulled"));
    }

    @Test
    void givenAnImageInTheRegistryOnly_whenTwoFunctionsBootItManyTimes_thenItIsPulledOnceWithItsDigest()
            throws Exception {
        var pushed = registry.publish(
                images, BusyboxImage.running("/bin/echo", "pulled").unique(), "faas-test/many", "1");
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var released = gate.slow();
            var reference = gate.reference(pushed);
            var resolutions = new ArrayList<Future<ResolvedImage>>();
            for (int i = 0; i < 8; i++) {
                var revision = "fn_" + i % 2 + "@1";
                Callable<ResolvedImage> resolve = () -> here.resolve(revision, reference);
                resolutions.add(executor.submit(resolve));
            }
            Await.until(
                    "both wait",
                    () -> here.progress("fn_0@1").isPresent()
                            && here.progress("fn_1@1").isPresent());
            released.countDown();
            for (var resolution : resolutions) {
                var image = resolution.get(60, TimeUnit.SECONDS);
                assertThat(image.entrypoint()).containsExactly("/bin/echo", "pulled");
                assertThat(image.digest())
                        .hasValueSatisfying(digest -> assertThat(digest).matches("sha256:[0-9a-f]{64}"));
            }
            here.resolve("fn_0@1", reference);
            assertThat(gate.countManifests()).isEqualTo(1);
            assertThat(gate.countLayers()).isEqualTo(1); // the other layer is in all busybox images, so it is here
        }
    }

    @Test
    void givenADigest_whenResolved_thenExactlyThatImageIsPulled() throws Exception {
        var tagged = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/digest", "1");
        String digest;
        try (var elsewhere = SpawnerImages.open(images)) {
            digest = elsewhere.resolve(tagged).digest().orElseThrow();
        }
        try (var here = SpawnerImages.open(images)) {
            var pinned = registry.reference("faas-test/digest@" + digest);
            assertThat(here.isPresent(pinned)).isFalse();
            assertThat(here.resolve(pinned).digest()).contains(digest);
        }
    }

    @Test
    void givenNoTag_whenResolved_thenLatestIsPulledAndNoOther() throws Exception {
        var latest = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/tags", "latest");
        var other = registry.publish(images, BusyboxImage.running("/bin/false").unique(), "faas-test/tags", "other");
        try (var here = SpawnerImages.open(images)) {
            here.resolve(registry.reference("faas-test/tags"));

            assertThat(here.isPresent(latest)).isTrue();
            assertThat(here.isPresent(other)).isFalse();
        }
    }

    @Test
    void givenAMissingTag_whenResolved_thenTheErrorSaysThatItIsNotThere() throws Exception {
        registry.push(images, source, "faas-test/known", "1");
        try (var here = SpawnerImages.open(images)) {
            assertThatThrownBy(() -> here.resolve(registry.reference("faas-test/known:2")))
                    .isInstanceOf(ImageNotFound.class)
                    .hasMessageContaining("faas-test/known:2")
                    .hasMessageContaining("its registry has no such image");
        }
    }

    @Test
    void givenTextThatIsNotAReference_whenResolved_thenImageNotFound() throws Exception {
        try (var here = SpawnerImages.open(images)) {
            assertThatThrownBy(() -> here.resolve("Not A Reference")).isInstanceOf(ImageNotFound.class);
        }
    }

    @Test
    void givenARegistryThatNeverAnswers_whenResolved_thenThePullEndsInTime() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var here = SpawnerImages.open(images, Duration.ofSeconds(1))) {
            var reference = "127.0.0.1:" + silent.getLocalPort() + "/faas-test/silent:1";
            long start = System.nanoTime();

            assertThatThrownBy(() -> here.resolve(reference))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("took longer than PT1S");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void givenASlowRegistry_whenResolved_thenTheProgressIsReportedUntilTheEnd() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/slow", "1");
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var released = gate.slow();
            assertThat(here.progress("fn_slow@1")).isEmpty();
            long asked = System.nanoTime();
            Callable<ResolvedImage> resolve = () -> here.resolve("fn_slow@1", gate.reference(pushed));
            var resolution = executor.submit(resolve);

            Await.until(
                    "it is told",
                    () -> here.progress("fn_slow@1")
                            .filter(told ->
                                    told.matches("Its image is being pulled: [0-9.]+ of (at least )?[0-9.]+ MB\\."))
                            .isPresent());
            assertThat(here.progress("fn_other@1")).isEmpty();
            released.countDown();

            assertThat(resolution.get(60, TimeUnit.SECONDS).digest()).isPresent();
            assertThat(here.progress("fn_slow@1")).isEmpty();
            var sinceAsked = Duration.ofNanos(System.nanoTime() - asked);
            assertThat(here.waitTime("fn_slow@1", asked))
                    .hasValueSatisfying(time -> assertThat(time).isPositive().isLessThan(sinceAsked));
            assertThat(here.waitTime("fn_slow@1", System.nanoTime())).isEmpty();
            assertThat(here.waitTime("fn_other@1", asked)).isEmpty();
        }
    }

    @Test
    void givenASlowRegistry_whenThePullTakesTooLong_thenItEndsAndTheNextOneMayWork() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/stuck", "1");
        try (var gate = new RegistryGate(registry);
                var hasty = SpawnerImages.open(images, Duration.ofSeconds(2));
                var here = SpawnerImages.open(images)) {
            gate.slow();
            assertThatThrownBy(() -> hasty.resolve(gate.reference(pushed)))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("took longer than PT2S");

            gate.honest();
            assertThat(here.resolve(gate.reference(pushed)).digest()).isPresent();
        }
    }

    @Test
    void givenARegistryThatFails_whenResolvedAgainAfterItsRepair_thenTheImageIsPulled() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/failing", "1");
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images)) {
            gate.failing(500);
            assertThatThrownBy(() -> here.resolve(gate.reference(pushed)))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("has failed");

            gate.honest();
            assertThat(here.resolve(gate.reference(pushed)).digest()).isPresent();
        }
    }

    @Test
    void givenABrokenLayer_whenResolved_thenItIsRefusedAndNothingOfItIsKept() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/broken", "1");
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images)) {
            gate.broken();
            assertThatThrownBy(() -> here.resolve(gate.reference(pushed)))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("the image is damaged");
            assertThat(here.isPresent(gate.reference(pushed))).isFalse();
            assertThat(here.marks()).isEmpty();

            gate.honest();
            assertThat(here.resolve(gate.reference(pushed)).digest()).isPresent();
        }
    }

    @Test
    void givenAnImageLargerThanTheLimit_whenResolved_thenItIsNotPulledAndTheErrorNamesTheSetting() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/large", "1");
        try (var here = SpawnerImages.bounded(images, 1 << 20)) {
            assertThatThrownBy(() -> here.resolve(pushed))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("FAAS_IMAGES_MAX_MB");
            assertThat(here.isPresent(pushed)).isFalse();
        }
    }

    @Test
    void givenAnImageThatUnpacksToMoreThanTheLimit_whenPulled_thenItIsRemovedAndTheErrorNamesTheLimit()
            throws Exception {
        var zeros = BusyboxImage.running("/bin/true").withFile("/zeros", 0644, new byte[16 << 20]);
        var pushed = registry.publish(images, zeros, "faas-test/unpacked", "1");
        try (var here = SpawnerImages.withImagesUpTo(images, 8 << 20)) {
            assertThatThrownBy(() -> here.resolve(pushed))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("larger unpacked than 8 MiB");
            assertThat(here.isPresent(pushed)).isFalse();
        }
    }

    @Test
    void givenARegistryWithALogin_whenResolved_thenOnlyWithTheLoginIsItPulled(@TempDir Path directory)
            throws Exception {
        try (var closed = TestRegistry.withLogin(directory)) {
            var reference =
                    closed.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/private", "1");
            var config = Files.writeString(directory.resolve("config.json"), "{}");
            try (var here = SpawnerImages.open(images, config)) {
                assertThatThrownBy(() -> here.resolve(reference))
                        .isInstanceOf(ImageNotFound.class)
                        .hasMessageContaining("the image needs a login");

                Files.writeString(config, closed.config());
                assertThat(here.resolve(reference).digest()).isPresent();
            }
        }
    }

    @Test
    void givenAWrongLogin_whenResolved_thenTheErrorDoesNotQuoteIt(@TempDir Path directory) throws Exception {
        try (var closed = TestRegistry.withLogin(directory)) {
            var reference =
                    closed.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/private", "1");
            var config = Files.writeString(
                    directory.resolve("config.json"),
                    "{\"auths\": {\"%s\": {\"username\": \"ada\", \"password\": \"hunter2\"}}}"
                            .formatted(closed.uri().getAuthority()));
            try (var here = SpawnerImages.open(images, config)) {
                assertThatThrownBy(() -> here.resolve(reference))
                        .isInstanceOf(ImageNotFound.class)
                        .hasMessageContaining(reference)
                        .hasMessageNotContaining("hunter2");
            }
        }
    }

    @Test
    void givenAMissingHelper_whenResolved_thenOpenImagesArePulledAndOtherErrorsSayThatTheLoginsCannotBeRead(
            @TempDir Path directory) throws Exception {
        var config = Files.writeString(directory.resolve("config.json"), "{\"credsStore\": \"no-such-helper\"}");
        try (var closed = TestRegistry.withLogin(directory);
                var here = SpawnerImages.open(images, config)) {
            var open =
                    registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/open", "1");
            var wanting =
                    closed.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/private", "1");

            assertThat(here.resolve(open).digest()).isPresent();
            assertThatThrownBy(() -> here.resolve(wanting))
                    .isInstanceOf(ImagePullFailed.class)
                    .hasMessageContaining("the image needs a login")
                    .hasMessageContaining("logins to registries cannot be read")
                    .hasMessageNotContaining("no-such-helper");
        }
    }
}
