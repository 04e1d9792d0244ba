package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which images are removed when pulled images take too much disk, and which never. Each image here has about 3.5 MB.
 */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PulledImagesTest {

    private static final long TWO_OF_THEM = 8_000_000;
    private static final long NONE_OF_THEM = 3_000_000; // but each can be pulled: its download has 2.7 MB
    private static final Duration HOUR = Duration.ofHours(1);

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
    void givenMoreThanTheLimit_whenTidied_thenTheImagesNotUsedForLongestAreRemoved() throws Exception {
        try (var here = SpawnerImages.bounded(images, TWO_OF_THEM)) {
            var one = pull(here, "one");
            var two = pull(here, "two");
            here.now = here.now.plus(HOUR);
            here.resolve("fn_one@1", one); // again, so that the other one is now the oldest
            here.now = here.now.plus(HOUR);
            here.pulled.tidy();
            assertThat(here.isPresent(one)).isTrue();
            assertThat(here.isPresent(two)).isTrue();

            var three = pull(here, "three");
            here.pulled.tidy();

            assertThat(here.isPresent(one)).isTrue();
            assertThat(here.isPresent(two)).isFalse();
            assertThat(here.isPresent(three)).isTrue();
            assertThat(here.marks()).hasSize(2);
        }
    }

    @Test
    void givenAnImageThatWasRemoved_whenItsFunctionIsCalled_thenItIsPulledAgainAsItWas() throws Exception {
        try (var here = SpawnerImages.bounded(images, NONE_OF_THEM)) {
            var tag = publish("again");
            var before = here.resolve("fn_again@1", tag);
            here.now = here.now.plus(HOUR);
            here.pulled.tidy();
            assertThat(here.isPresent(before.id())).isFalse();

            assertThat(here.resolve("fn_again@1", tag)).isEqualTo(before);
            here.now = here.now.plus(HOUR);
            here.pulled.tidy(); // now it has a digest but no tag

            assertThat(here.isPresent(before.id())).isFalse();
            assertThat(here.marks()).isEmpty();
        }
    }

    @Test
    void givenImagesOfOthers_whenTidied_thenTheyStayWhateverTheirSize() throws Exception {
        var built = images.load(BusyboxImage.running("/bin/true").unique());
        var published = images.load(BusyboxImage.running("/bin/true").unique());
        var theirs = registry.push(images, published, "faas-test/theirs", "1");
        try (var here = SpawnerImages.bounded(images, NONE_OF_THEM);
                var otherPlatform = SpawnerImages.open(images)) {
            here.resolve(built);
            here.resolve(published);
            here.resolve(theirs); // pulled, but its contents were here already
            var others = publish("others");
            otherPlatform.resolve(others);
            here.resolve(others);
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isPresent(built)).isTrue();
            assertThat(here.isPresent(published)).isTrue();
            assertThat(here.isPresent(theirs)).isTrue();
            assertThat(here.isPresent(others)).isTrue();
        } finally {
            images.docker().removeImageCmd(theirs).exec();
        }
    }

    @Test
    void givenAnImageWithANameOfOthers_whenTidied_thenItStays() throws Exception {
        try (var here = SpawnerImages.bounded(images, NONE_OF_THEM)) {
            var tag = pull(here, "named");
            images.docker().tagImageCmd(tag, "faas-test/kept", "1").exec();
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isPresent(tag)).isTrue();
            images.docker().removeImageCmd("faas-test/kept:1").exec();
            here.pulled.tidy();
            assertThat(here.isPresent(tag)).isFalse();
        }
    }

    @Test
    void givenAnImageWithAContainer_whenTidied_thenItStaysUntilThatIsGone() throws Exception {
        try (var here = SpawnerImages.bounded(images, NONE_OF_THEM)) {
            var tag = pull(here, "used");
            var container = images.docker().createContainerCmd(tag).exec().getId();
            try {
                here.now = here.now.plus(HOUR);
                here.pulled.tidy();
                assertThat(here.isPresent(tag)).isTrue();
            } finally {
                images.docker().removeContainerCmd(container).exec();
            }
            here.pulled.tidy();
            assertThat(here.isPresent(tag)).isFalse();
        }
    }

    @Test
    void givenAnImageThatWasResolvedJustNow_whenTidied_thenItStaysForItsContainer() throws Exception {
        try (var here = SpawnerImages.bounded(images, NONE_OF_THEM)) {
            var tag = pull(here, "booting");

            here.pulled.tidy();

            assertThat(here.isPresent(tag)).isTrue();
        }
    }

    @Test
    void givenARestart_whenTidied_thenPulledImagesAndTheirLastUseAreRemembered() throws Exception {
        try (var before = SpawnerImages.open(images)) {
            var one = pull(before, "restart-one");
            var two = pull(before, "restart-two");
            before.now = before.now.plus(HOUR);
            before.resolve("fn_restart-one@1", one);
            before.pulled.tidy(); // records the last uses

            try (var after = before.anotherSpawner(TWO_OF_THEM / 2)) {
                after.now = before.now.plus(HOUR);
                after.pulled.tidy();

                assertThat(after.isPresent(one)).isTrue();
                assertThat(after.isPresent(two)).isFalse();
            }
        }
    }

    @Test
    void givenATagThatHasMoved_whenTidied_thenTheOldImageIsRemovedToo() throws Exception {
        try (var gate = new RegistryGate(registry);
                var here = SpawnerImages.bounded(images, NONE_OF_THEM)) {
            var tag = gate.reference(publish("moving"));
            var old = here.resolve("fn_moving@1", tag);
            publish("moving");
            var next = here.resolve("fn_moving@2", tag);
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isPresent(old.id())).isFalse();
            assertThat(here.isPresent(next.id())).isFalse();
            assertThat(here.marks()).isEmpty();
        }
    }

    private static String publish(String name) throws InterruptedException {
        return registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/" + name, "1");
    }

    /** Pulled an hour later than anything before. */
    private static String pull(SpawnerImages here, String name) throws Exception {
        var tag = publish(name);
        here.now = here.now.plus(HOUR);
        here.resolve("fn_" + name + "@1", tag);
        return tag;
    }
}
