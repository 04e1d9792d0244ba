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

/** The bound on what pulled images take: which go, and which never do. Each image here has some 3.5 MB. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PulledImagesTest {

    private static final long TWO_OF_THEM = 8_000_000;
    private static final long NONE_OF_THEM = 3_000_000; // though each can be downloaded: compressed it has 2.7 MB
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
    void givenMoreThanTheBound_whenTidied_thenTheOnesNotUsedForLongestGo() throws Exception {
        try (var here = ImagesOfTest.bounded(images, TWO_OF_THEM)) {
            var one = pulled(here, "one");
            var two = pulled(here, "two");
            here.now = here.now.plus(HOUR);
            here.resolve("fn_one@1", one); // again, so that the other one is now the older
            here.now = here.now.plus(HOUR);
            here.pulled.tidy();
            assertThat(here.isHere(one)).isTrue();
            assertThat(here.isHere(two)).isTrue();

            var three = pulled(here, "three");
            here.pulled.tidy();

            assertThat(here.isHere(one)).isTrue();
            assertThat(here.isHere(two)).isFalse();
            assertThat(here.isHere(three)).isTrue();
            assertThat(here.marks()).hasSize(2);
        }
    }

    @Test
    void givenAnImageThatWasRemoved_whenItsFunctionIsCalled_thenItIsPulledAgainAsItWas() throws Exception {
        try (var here = ImagesOfTest.bounded(images, NONE_OF_THEM)) {
            var tag = published("again");
            var before = here.resolve("fn_again@1", tag);
            here.now = here.now.plus(HOUR);
            here.pulled.tidy();
            assertThat(here.isHere(before.id())).isFalse();

            assertThat(here.resolve("fn_again@1", tag)).isEqualTo(before);
            here.now = here.now.plus(HOUR);
            here.pulled.tidy(); // of a digest, without the tag

            assertThat(here.isHere(before.id())).isFalse();
            assertThat(here.marks()).isEmpty();
        }
    }

    @Test
    void givenOthersImages_whenTidied_thenTheyStayWhateverTheyTake() throws Exception {
        var built = images.load(BusyboxImage.running("/bin/true").unique());
        var published = images.load(BusyboxImage.running("/bin/true").unique());
        var theirs = registry.push(images, published, "faas-test/theirs", "1");
        try (var here = ImagesOfTest.bounded(images, NONE_OF_THEM);
                var otherPlatform = ImagesOfTest.open(images)) {
            here.resolve(built);
            here.resolve(published);
            here.resolve(theirs); // pulled, of contents that were here already
            var others = published("others");
            otherPlatform.resolve(others);
            here.resolve(others);
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isHere(built)).isTrue();
            assertThat(here.isHere(published)).isTrue();
            assertThat(here.isHere(theirs)).isTrue();
            assertThat(here.isHere(others)).isTrue();
        } finally {
            images.docker().removeImageCmd(theirs).exec();
        }
    }

    @Test
    void givenAnImageThatSomebodyHasNamedToo_whenTidied_thenItStaysAsItIs() throws Exception {
        try (var here = ImagesOfTest.bounded(images, NONE_OF_THEM)) {
            var tag = pulled(here, "named");
            images.docker().tagImageCmd(tag, "faas-test/kept", "1").exec();
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isHere(tag)).isTrue();
            images.docker().removeImageCmd("faas-test/kept:1").exec();
            here.pulled.tidy();
            assertThat(here.isHere(tag)).isFalse();
        }
    }

    @Test
    void givenAnImageWithAContainer_whenTidied_thenItStaysUntilThatIsGone() throws Exception {
        try (var here = ImagesOfTest.bounded(images, NONE_OF_THEM)) {
            var tag = pulled(here, "used");
            var container = images.docker().createContainerCmd(tag).exec().getId();
            try {
                here.now = here.now.plus(HOUR);
                here.pulled.tidy();
                assertThat(here.isHere(tag)).isTrue();
            } finally {
                images.docker().removeContainerCmd(container).exec();
            }
            here.pulled.tidy();
            assertThat(here.isHere(tag)).isFalse();
        }
    }

    @Test
    void givenAnImageThatWasResolvedJustNow_whenTidied_thenItStaysForTheContainerToCome() throws Exception {
        try (var here = ImagesOfTest.bounded(images, NONE_OF_THEM)) {
            var tag = pulled(here, "booting");

            here.pulled.tidy();

            assertThat(here.isHere(tag)).isTrue();
        }
    }

    @Test
    void givenARestart_whenTidied_thenItIsKnownWhatWasPulledAndWhenItWasUsed() throws Exception {
        try (var before = ImagesOfTest.open(images)) {
            var one = pulled(before, "restart-one");
            var two = pulled(before, "restart-two");
            before.now = before.now.plus(HOUR);
            before.resolve("fn_restart-one@1", one);
            before.pulled.tidy(); // which notes when they were used

            try (var after = before.another(TWO_OF_THEM / 2)) {
                after.now = before.now.plus(HOUR);
                after.pulled.tidy();

                assertThat(after.isHere(one)).isTrue();
                assertThat(after.isHere(two)).isFalse();
            }
        }
    }

    @Test
    void givenATagThatHasMoved_whenTidied_thenTheOldImageGoesToo() throws Exception {
        try (var gate = new RegistryGate(registry);
                var here = ImagesOfTest.bounded(images, NONE_OF_THEM)) {
            var tag = gate.reference(published("moving"));
            var old = here.resolve("fn_moving@1", tag);
            published("moving");
            var next = here.resolve("fn_moving@2", tag);
            here.now = here.now.plus(HOUR);

            here.pulled.tidy();

            assertThat(here.isHere(old.id())).isFalse();
            assertThat(here.isHere(next.id())).isFalse();
            assertThat(here.marks()).isEmpty();
        }
    }

    private static String published(String name) throws InterruptedException {
        return registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/" + name, "1");
    }

    /** An hour after whatever was before. */
    private static String pulled(ImagesOfTest here, String name) throws Exception {
        var tag = published(name);
        here.now = here.now.plus(HOUR);
        here.resolve("fn_" + name + "@1", tag);
        return tag;
    }
}
