package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.faas.spawner.engine.MemoryPins;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImagePin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a platform that others reach: an image of the Docker host is for those who get it from its registry. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OthersImagesTest {
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
    void givenAnImageThatNeedsTheOperatorsLogin_whenAnAdminHasPulledIt_thenOthersDoNotGetItAndDoNotLearnOfIt(
            @TempDir Path directory) throws Exception {
        try (var closed = TestRegistry.withLogin(directory)) {
            var tag = closed.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/private", "1");
            var config = Files.writeString(directory.resolve("config.json"), closed.config());
            var allowed = Map.of("FAAS_IMAGE_ALLOW", closed.reference("**"));
            // The settings hold for admins, too, so what an admin may is shown without them.
            try (var admin = SpawnerImages.shared(images, new MemoryPins(), config, Map.of());
                    var here = SpawnerImages.shared(images, new MemoryPins(), config, allowed)) {
                var digest = admin.resolveForAdmin("fn_admin@1", tag).digest().orElseThrow();
                var byDigest = closed.reference("faas-test/private@" + digest);
                assertThat(here.isPresent(tag)).isTrue();
                assertThat(here.isPresent(byDigest)).isTrue();

                var refused = catchThrowableOfType(ImageNotFound.class, () -> here.resolve(tag));
                var absent = catchThrowableOfType(
                        ImageNotFound.class, () -> here.resolve(closed.reference("faas-test/absent:1")));
                assertThat(refused.getMessage().replace("private", "absent")).isEqualTo(absent.getMessage());
                assertThatThrownBy(() -> here.resolve(byDigest)).isInstanceOf(ImageNotFound.class);
                // As spawners of an earlier version, which proved nothing, have pinned what they found on a host.
                var pins = new MemoryPins();
                var id = images.docker().inspectImageCmd(tag).exec().getId();
                pins.pin("fn_with_digest@1", new ImagePin(id, digest, false));
                pins.pin("fn_without@1", new ImagePin(id, null, false));
                try (var upgraded = SpawnerImages.shared(images, pins, config, allowed)) {
                    for (var revision : List.of("fn_with_digest@1", "fn_without@1")) {
                        assertThatThrownBy(() -> upgraded.resolve(revision, tag))
                                .as(revision)
                                .isInstanceOf(ImageNotFound.class);
                    }
                }
            }
            var withLogin =
                    Map.of("FAAS_IMAGE_ALLOW", closed.reference("**"), "FAAS_IMAGE_LOGIN", closed.reference("**"));
            try (var here = SpawnerImages.shared(images, new MemoryPins(), config, withLogin)) {
                assertThat(here.resolve(tag).digest()).isPresent();
            }
        }
    }

    @Test
    void givenAnImageOfThisHostOnly_whenNoPolicyNamesIt_thenItIsNotThereForOthers() throws Exception {
        var source = images.load(BusyboxImage.running("/bin/echo", "the operator's"));
        var tag = registry.reference("faas-test/local") + ":1";
        images.docker()
                .tagImageCmd(source, registry.reference("faas-test/local"), "1")
                .exec();
        try (var admin = SpawnerImages.shared(images, new MemoryPins(), null, Map.of());
                var here = shared();
                var byPolicy = SpawnerImages.shared(
                        images,
                        new MemoryPins(),
                        null,
                        Map.of(
                                "FAAS_IMAGE_ALLOW", registry.reference("**"),
                                "FAAS_IMAGE_LOCAL", registry.reference("faas-test/*")))) {
            assertThatThrownBy(() -> here.resolve(tag)).isInstanceOf(ImageNotFound.class);
            assertThat(byPolicy.resolve(tag).entrypoint()).containsExactly("/bin/echo", "the operator's");
            assertThat(admin.resolveForAdmin("fn_admin@1", tag).entrypoint())
                    .containsExactly("/bin/echo", "the operator's");
        } finally {
            images.docker().removeImageCmd(tag).exec();
        }
    }

    @Test
    void givenAnImageOfThisHostWithTheLabel_whenBooted_thenItIsForEveryone() throws Exception {
        var source = images.load(BusyboxImage.running("/bin/echo", "for all").withPublicLabel());
        var tag = registry.reference("faas-test/labelled") + ":1";
        images.docker()
                .tagImageCmd(source, registry.reference("faas-test/labelled"), "1")
                .exec();
        try (var here = shared()) {
            for (var revision : List.of("fn_a@1", "fn_a@1", "fn_b@1")) {
                assertThat(here.resolve(revision, tag).entrypoint()).containsExactly("/bin/echo", "for all");
            }
        } finally {
            images.docker().removeImageCmd(tag).exec();
        }
    }

    @Test
    void givenAPulledImageWithTheLabel_whenItsRegistryRefuses_thenTheLabelDoesNotCount(@TempDir Path directory)
            throws Exception {
        try (var closed = TestRegistry.withLogin(directory)) {
            var image = BusyboxImage.running("/bin/true").unique().withPublicLabel();
            var tag = closed.publish(images, image, "faas-test/claims", "1");
            var config = Files.writeString(directory.resolve("config.json"), closed.config());
            var allowed = Map.of("FAAS_IMAGE_ALLOW", closed.reference("**"));
            try (var here = SpawnerImages.shared(images, new MemoryPins(), config, allowed)) {
                here.pullWithLogin(tag);
                assertThat(here.isPresent(tag)).isTrue();

                assertThatThrownBy(() -> here.resolve(tag)).isInstanceOf(ImageNotFound.class);
            }
        }
    }

    @Test
    void givenATagThatMeansSomethingElseHere_whenOthersBootIt_thenTheyGetTheRegistrysAndTheTagStays() throws Exception {
        var source = images.load(BusyboxImage.running("/bin/echo", "built here"));
        var tag = registry.publish(
                images, BusyboxImage.running("/bin/echo", "published").unique(), "faas-test/both", "1");
        images.docker()
                .tagImageCmd(source, registry.reference("faas-test/both"), "1")
                .exec();
        try (var here = shared()) {
            var before = images.docker().inspectImageCmd(tag).exec().getId();

            assertThat(here.resolve(tag).entrypoint()).containsExactly("/bin/echo", "published");
            assertThat(images.docker().inspectImageCmd(tag).exec().getId()).isEqualTo(before);
        } finally {
            images.docker().removeImageCmd(tag).exec();
        }
    }

    @Test
    void givenARegistryThatIsAway_whenBooted_thenThePinAndTheRevisionBeforeAreProofAndNothingElse() throws Exception {
        var pushed = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/proof", "1");
        try (var gate = new RegistryGate(registry)) {
            var tag = gate.reference(pushed);
            try (var here = SpawnerImages.shared(
                    images,
                    new MemoryPins(),
                    null,
                    Map.of("FAAS_IMAGE_ALLOW", tag.substring(0, tag.indexOf('/')) + "/**"))) {
                var first = here.resolve("fn_a@1", tag);
                assertThat(first.digest()).isPresent();
                gate.failing(503);

                assertThat(here.resolve("fn_a@1", tag)).isEqualTo(first);
                assertThat(here.resolve("fn_a@2", tag)).isEqualTo(first);
                assertThat(here.resolve(
                                "fn_a@3", tag.replace(":1", "@" + first.digest().get())))
                        .isEqualTo(first);
                assertThatThrownBy(() -> here.resolve("fn_b@1", tag)).isInstanceOf(ImagePullFailed.class);
                assertThatThrownBy(() -> here.resolve("fn_b@2", tag)).isInstanceOf(ImagePullFailed.class);
            }
        }
    }

    /** Spawners of an earlier version have pinned the id only, where the host had no digest. */
    @Test
    void givenAPinWithoutADigest_whenTheTagMeansAnotherImageToday_thenTheRevisionDoesNotRunThatOne() throws Exception {
        var tag = registry.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/earlier", "1");
        String id;
        try (var now = shared()) {
            id = now.resolve(tag).id();
        }
        var pins = new MemoryPins();
        pins.pin("fn_same@1", new ImagePin(id, null, false));
        pins.pin("fn_other@1", new ImagePin("sha256:" + "1".repeat(64), null, false));
        try (var here =
                SpawnerImages.shared(images, pins, null, Map.of("FAAS_IMAGE_ALLOW", registry.reference("**")))) {
            assertThat(here.resolve("fn_same@1", tag).digest()).isPresent();
            assertThatThrownBy(() -> here.resolve("fn_other@1", tag))
                    .isInstanceOf(ImageNotFound.class)
                    .hasMessageContaining("new revision");
        }
    }

    private static SpawnerImages shared() throws Exception {
        return SpawnerImages.shared(
                images, new MemoryPins(), null, Map.of("FAAS_IMAGE_ALLOW", registry.reference("**")));
    }
}
