package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.MemoryPins;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.wire.ImagePin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a tag moves, in a registry or on the host, a revision keeps the image of its first boot. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImagePinTest {

    private static final String FIRST = "fn_pinned@1";
    private static final String SECOND = "fn_pinned@2";

    @AutoClose
    private static TestImages images;

    @AutoClose
    private static TestRegistry registry;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        registry = TestRegistry.start(directory);
        images = new TestImages(TestImages.dockerHost());
    }

    @Test
    void givenATagThatMoves_whenBootedAgain_thenOnlyANewRevisionFollowsIt() throws Exception {
        // Pulled through the gate, because a push under the same name removes it from this host.
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images)) {
            var tag = gate.reference(registry.publish(
                    images, BusyboxImage.running("/bin/echo", "old").unique(), "faas-test/moves", "1"));
            var old = here.resolve(FIRST, tag);
            registry.publish(images, BusyboxImage.running("/bin/echo", "new").unique(), "faas-test/moves", "1");

            assertThat(here.isPresent(tag)).isTrue();
            assertThat(here.resolve(FIRST, tag)).isEqualTo(old);
            var updated = here.resolve(SECOND, tag);
            assertThat(updated.entrypoint()).containsExactly("/bin/echo", "new");
            assertThat(updated.digest()).isNotEqualTo(old.digest());
            assertThat(here.resolve(FIRST, tag)).isEqualTo(old);
        }
    }

    @Test
    void givenATagThatHasMoved_whenAnotherHostBootsTheRevision_thenItGetsTheSameImage() throws Exception {
        var pins = new MemoryPins();
        var tag = registry.publish(
                images, BusyboxImage.running("/bin/echo", "old").unique(), "faas-test/hosts", "1");
        ResolvedImage old;
        try (var elsewhere = SpawnerImages.open(images, pins)) {
            old = elsewhere.resolve(FIRST, tag);
        }
        registry.publish(images, BusyboxImage.running("/bin/echo", "new").unique(), "faas-test/hosts", "1");

        try (var here = SpawnerImages.open(images, pins)) {
            assertThat(here.isPresent(old.id())).isFalse(); // like a host that never had it
            assertThat(here.resolve(FIRST, tag)).isEqualTo(old);
            assertThat(here.isPresent(tag)).isFalse(); // only the digest was pulled
        }
    }

    @Test
    void givenAnotherWasFaster_whenPinned_thenItsImageIsTaken() throws Exception {
        var tag = registry.publish(
                images, BusyboxImage.running("/bin/echo", "theirs").unique(), "faas-test/race", "1");
        var theirs = new MemoryPins();
        ResolvedImage pinned;
        try (var elsewhere = SpawnerImages.open(images, theirs)) {
            pinned = elsewhere.resolve(FIRST, tag);
        }
        registry.publish(images, BusyboxImage.running("/bin/echo", "ours").unique(), "faas-test/race", "1");

        // Sees no pin at first, like a spawner that looks just before another one writes.
        try (var here = SpawnerImages.open(images, new LatePins(theirs))) {
            assertThat(here.resolve(FIRST, tag)).isEqualTo(pinned);
        }
    }

    @Test
    void givenATagOfThisHostOnly_whenItMoves_thenOnlyANewRevisionFollowsItAsLongAsTheOldImageIsThere()
            throws Exception {
        var old = images.load(BusyboxImage.running("/bin/echo", "old"));
        var next = images.load(BusyboxImage.running("/bin/echo", "new"));
        var docker = images.docker();
        var tag = "faas-test/built-here:1";
        docker.tagImageCmd(old, "faas-test/built-here", "1").exec();
        try (var here = SpawnerImages.open(images)) {
            assertThat(here.resolve(FIRST, tag).entrypoint()).containsExactly("/bin/echo", "old");
            docker.tagImageCmd(next, "faas-test/built-here", "1").exec();

            assertThat(here.resolve(FIRST, tag).entrypoint()).containsExactly("/bin/echo", "old");
            assertThat(here.resolve(SECOND, tag).entrypoint()).containsExactly("/bin/echo", "new");
            images.unload(old);
            assertThat(here.resolve(FIRST, tag).entrypoint()).containsExactly("/bin/echo", "new");
            assertThat(here.resolve(FIRST, tag).digest()).isEmpty();
        } finally {
            docker.removeImageCmd(tag).exec();
        }
    }

    @Test
    void givenATagThatOthersHavePulled_whenItHasMoved_thenTheImageOnThisHostIsUsed() throws Exception {
        var source = images.load(BusyboxImage.running("/bin/echo", "theirs"));
        var tag = registry.push(images, source, "faas-test/theirs", "1");
        registry.publish(images, BusyboxImage.running("/bin/echo", "new").unique(), "faas-test/theirs", "1");
        images.docker()
                .tagImageCmd(source, registry.reference("faas-test/theirs"), "1")
                .exec();
        try (var here = SpawnerImages.open(images)) {
            assertThat(here.resolve(FIRST, tag).entrypoint()).containsExactly("/bin/echo", "theirs");
            assertThat(here.marks()).isEmpty();
        } finally {
            images.docker().removeImageCmd(tag).exec();
        }
    }

    @Test
    void givenARegistryThatIsAway_whenANewRevisionIsBooted_thenTheLastPulledImageIsUsed() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/away", "1");
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.open(images)) {
            var tag = gate.reference(pushed);
            var first = here.resolve(FIRST, tag);
            gate.failing(503);

            assertThat(here.resolve(SECOND, tag)).isEqualTo(first);
        }
    }

    @Test
    void givenAPinnedImageThatTheRegistryHasRemoved_whenBooted_thenTheErrorNamesTheDigest() throws Exception {
        var pins = new MemoryPins();
        var gone = new ImagePin("sha256:" + "1".repeat(64), "sha256:" + "2".repeat(64), true);
        pins.pin(FIRST, gone);
        var tag = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/pruned", "1");
        try (var here = SpawnerImages.open(images, pins)) {
            assertThatThrownBy(() -> here.resolve(FIRST, tag))
                    .isInstanceOf(ImageNotFound.class)
                    .hasMessageContaining("faas-test/pruned@sha256:2222");
        }
    }
}
