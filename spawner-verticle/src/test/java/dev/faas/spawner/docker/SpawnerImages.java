package dev.faas.spawner.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.faas.config.Env;
import dev.faas.config.ImagePolicy;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.image.ImagePulls;
import dev.faas.spawner.docker.image.ImageStore;
import dev.faas.spawner.docker.image.PulledImage;
import dev.faas.spawner.docker.image.PulledImages;
import dev.faas.spawner.docker.image.RegistryCredentials;
import dev.faas.spawner.docker.image.RegistryDigests;
import dev.faas.spawner.docker.image.RegistryLogins;
import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.engine.MemoryPins;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.testing.Records;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The image classes of one spawner, of its own platform, on the test's daemon. Removes what it has pulled at the end.
 */
final class SpawnerImages implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final long PLENTY = 1L << 40;

    /** Set by the test. */
    volatile Instant now = Instant.parse("2026-11-25T10:00:00Z");

    private final String platform;
    private final TestImages images;
    private final DockerCalls docker;
    final PulledImages pulled;
    private final ImagePulls pulls;
    private final ImageStore store;
    /** Where no setting restricts admins. */
    private final ImageStore admin;

    private SpawnerImages(
            TestImages images, String platform, ImagePins pins, EngineConfig.Images limits, ImagePolicy policy)
            throws Exception {
        this.platform = platform;
        this.images = images;
        this.docker = DockerCalls.connect(TestImages.dockerHost(), Duration.ofSeconds(10));
        this.pulled = new PulledImages(docker, platform, limits, () -> now);
        var logins = new RegistryLogins(new RegistryCredentials(limits.credentials()), policy);
        this.pulls = new ImagePulls(docker, limits, pulled, logins, () -> PLENTY);
        this.store = new ImageStore(docker, policy, pins, pulled, pulls, new RegistryDigests(docker, logins));
        var adminLogins = new RegistryLogins(new RegistryCredentials(limits.credentials()), ImagePolicy.ANY);
        this.admin = new ImageStore(
                docker,
                ImagePolicy.ANY,
                new MemoryPins(),
                pulled,
                new ImagePulls(docker, limits, pulled, adminLogins, () -> PLENTY),
                new RegistryDigests(docker, adminLogins));
    }

    static SpawnerImages open(TestImages images) throws Exception {
        return open(images, new MemoryPins());
    }

    static SpawnerImages open(TestImages images, ImagePins pins) throws Exception {
        return open(images, pins, new EngineConfig.Images(LONG, null, PLENTY, PLENTY));
    }

    static SpawnerImages open(TestImages images, Duration pullTimeout) throws Exception {
        return open(images, new MemoryPins(), new EngineConfig.Images(pullTimeout, null, PLENTY, PLENTY));
    }

    static SpawnerImages open(TestImages images, @Nullable Path credentials) throws Exception {
        return open(images, new MemoryPins(), new EngineConfig.Images(LONG, credentials, PLENTY, PLENTY));
    }

    static SpawnerImages withImagesUpTo(TestImages images, long maxImageBytes) throws Exception {
        return open(images, new MemoryPins(), new EngineConfig.Images(LONG, null, PLENTY, maxImageBytes));
    }

    static SpawnerImages bounded(TestImages images, long maxBytes) throws Exception {
        return open(images, new MemoryPins(), new EngineConfig.Images(LONG, null, maxBytes, PLENTY));
    }

    private static SpawnerImages open(TestImages images, ImagePins pins, EngineConfig.Images limits) throws Exception {
        return open(images, pins, limits, ImagePolicy.ANY);
    }

    private static SpawnerImages open(TestImages images, ImagePins pins, EngineConfig.Images limits, ImagePolicy policy)
            throws Exception {
        return new SpawnerImages(images, "test-" + UUID.randomUUID(), pins, limits, policy);
    }

    /** On a platform that others reach, with these settings besides. */
    static SpawnerImages shared(
            TestImages images, ImagePins pins, @Nullable Path credentials, Map<String, String> settings)
            throws Exception {
        var variables = new HashMap<>(settings);
        variables.put("FAAS_PROFILE", "shared");
        var env = Env.of(variables);
        var policy = ImagePolicy.from(env);
        env.check();
        return open(images, pins, new EngineConfig.Images(LONG, credentials, PLENTY, PLENTY), policy);
    }

    /** Another spawner of the same platform, or the same after a restart. */
    SpawnerImages anotherSpawner(long maxBytes) throws Exception {
        var other = new SpawnerImages(
                images,
                platform,
                new MemoryPins(),
                new EngineConfig.Images(LONG, null, maxBytes, PLENTY),
                ImagePolicy.ANY);
        other.now = now;
        return other;
    }

    /** For a new function. */
    ResolvedImage resolve(String reference) throws SandboxUnavailable {
        return resolve("fn_" + UUID.randomUUID() + "@1", reference);
    }

    ResolvedImage resolve(String revision, String reference) throws SandboxUnavailable {
        return store.resolve(spec(revision, reference, false));
    }

    /** For a function that an admin has written. */
    ResolvedImage resolveForAdmin(String revision, String reference) throws SandboxUnavailable {
        return store.resolve(spec(revision, reference, true));
    }

    /** As for a function of an admin, on this platform. */
    void pullWithLogin(String reference) throws SandboxUnavailable {
        admin.resolve(spec("fn_admin@1", reference, true));
    }

    Optional<String> progress(String revision) {
        return pulls.progress(revision);
    }

    Optional<Duration> waitTime(String revision, long since) {
        return pulls.waitTime(revision, since);
    }

    boolean isPresent(String reference) {
        try {
            images.docker().inspectImageCmd(reference).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    /** The marks of this platform on images. */
    Set<String> marks() {
        var marks = new HashSet<String>();
        images.docker()
                .listImagesCmd()
                .exec()
                .forEach(image -> PulledImage.of(image, platform).ifPresent(ours -> marks.addAll(ours.marks())));
        return marks;
    }

    private static SandboxSpec spec(String revision, String reference, boolean byAdmin) {
        return Records.with(
                EngineFixture.spec(reference),
                "revision",
                revision,
                "program",
                new SandboxSpec.Program(reference, null, null, Map.of(), true, false, byAdmin));
    }

    @Override
    public void close() {
        images.unloadPulled(platform);
        docker.close();
    }
}
