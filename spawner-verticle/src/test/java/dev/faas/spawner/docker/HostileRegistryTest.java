package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.faas.spawner.engine.MemoryPins;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.wire.ImagePin;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image's name can make Docker say to a server of the inner network, and what a user learns of its answers. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileRegistryTest {
    private static final String REVISION = "fn_hostile@2";
    private static final String DIGEST = "sha256:" + "1".repeat(64);
    private static final String ERRORS = """
            {"errors": [{"code": "MARKER", "message": "MARKER\\u001b[2J", "detail": "MARKER"}], "token": "MARKER"}""";

    @AutoClose
    private static TestImages images;

    @BeforeAll
    static void connect() {
        images = new TestImages(TestImages.dockerHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | {"errors": [{"code": "UNKNOWN", "message": "MARKER"}]}
            401 | {"errors": [{"code": "UNAUTHORIZED", "message": "MARKER"}]}
            403 | {"errors": [{"code": "DENIED", "message": "MARKER"}]}
            404 | {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "MARKER"}]}
            429 | {"errors": [{"code": "TOOMANYREQUESTS", "message": "MARKER"}]}
            307 | MARKER
            500 | MARKER
            200 | MARKER
            200 | {"schemaVersion": 2, "mediaType": "MARKER"}
            401 |
            404 |
            """)
    void givenAServerThatAnswersAnything_whenAnImageIsAskedFor_thenTheUserReadsOurWordsOnly(int status, String body)
            throws Exception {
        try (var registry = new HostileRegistry(status, body == null ? ERRORS : body);
                var open = SpawnerImages.open(images);
                var shared = allowing("127.0.0.1:" + registry.port() + "/**")) {
            var reference = "127.0.0.1:" + registry.port() + "/team/x:1";
            for (var here : new SpawnerImages[] {open, shared}) {
                int before = registry.connections();

                var refused = catchThrowableOfType(SandboxUnavailable.class, () -> here.resolve(reference));

                assertThat(registry.connections()).isGreaterThan(before);
                assertThat(refused)
                        .hasMessageMatching(
                                "image " + reference
                                        + " (is not on this host, and its registry|could not be pulled: (its|the|what)) [a-zA-Z ,:']+")
                        .hasNoCause();
                assertThat(refused.getMessage()).doesNotContain(HostileRegistry.MARKER);
            }
        }
    }

    /** As a user writes it, and as earlier versions stored it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:PORT/x",
                "127.0.0.1:PORT/a/b:tag",
                "127.0.0.1:PORT/x@DIGEST",
                "localhost:PORT/x",
                "127.1:PORT/x",
                "2130706433:PORT/x"
            })
    void givenAServerThatIsNotAllowed_whenAnImageIsAskedFor_thenNothingConnectsToIt(String template) throws Exception {
        try (var registry = new HostileRegistry(200, ERRORS)) {
            var reference =
                    template.replace("PORT", Integer.toString(registry.port())).replace("DIGEST", DIGEST);
            for (var allowed : new String[] {"@docker/**", "**", "*/x", "127.0.0.1/**"}) {
                for (var pin : new ImagePin[] {new ImagePin(DIGEST, DIGEST, true), new ImagePin(DIGEST, null, false)}) {
                    var pins = new MemoryPins();
                    pins.pin(REVISION, pin);
                    try (var here = SpawnerImages.shared(images, pins, null, Map.of("FAAS_IMAGE_ALLOW", allowed))) {
                        for (var revision : new String[] {REVISION, "fn_other@1"}) {
                            var refused =
                                    catchThrowableOfType(ImageNotFound.class, () -> here.resolve(revision, reference));

                            assertThat(refused).hasMessageContaining("is not allowed on this platform");
                            assertThat(refused).hasMessageContaining(allowed);
                        }
                    }
                }
            }
            assertThat(registry.connections()).isZero();
        }
    }

    @Test
    void givenAnAdminsFunction_whenNoPatternsAreSet_thenAnyServerIsAsked() throws Exception {
        try (var registry = new HostileRegistry(404, ERRORS);
                var here = SpawnerImages.shared(images, new MemoryPins(), null, Map.of())) {
            var reference = "127.0.0.1:" + registry.port() + "/x";

            var asUser = catchThrowableOfType(SandboxUnavailable.class, () -> here.resolve("fn_a@1", reference));
            assertThat(registry.connections()).isZero();
            var asAdmin =
                    catchThrowableOfType(SandboxUnavailable.class, () -> here.resolveForAdmin("fn_b@1", reference));

            assertThat(asUser).isInstanceOf(ImageNotFound.class);
            assertThat(asAdmin).isNotNull();
            assertThat(registry.connections()).isPositive();
        }
    }

    @Test
    void givenANameThatIsForLocalImagesOnly_whenTheImageIsNotThere_thenNothingIsPulled() throws Exception {
        try (var registry = new HostileRegistry(200, ERRORS);
                var here = SpawnerImages.shared(
                        images,
                        new MemoryPins(),
                        null,
                        Map.of("FAAS_IMAGE_LOCAL", "127.0.0.1:" + registry.port() + "/**"))) {
            var reference = "127.0.0.1:" + registry.port() + "/x";

            var refused = catchThrowableOfType(ImageNotFound.class, () -> here.resolve(reference));

            assertThat(refused).hasMessageContaining("is not on this host");
            assertThat(registry.connections()).isZero();
        }
    }

    private static SpawnerImages allowing(String patterns) throws Exception {
        return SpawnerImages.shared(images, new MemoryPins(), null, Map.of("FAAS_IMAGE_ALLOW", patterns));
    }
}
