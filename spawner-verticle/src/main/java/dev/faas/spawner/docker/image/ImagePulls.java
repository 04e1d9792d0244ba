package dev.faas.spawner.docker.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.StreamedReply;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImageReference;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls images from registries: one pull at a time for each image, each within a limit of time and size. */
public final class ImagePulls {

    private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);
    private static final long MIB = 1 << 20;
    /** Longer than a run waits for its boot after the pull. */
    private static final Duration WAITS_KEPT = Duration.ofHours(1);

    /** In messages of registries and the daemon: trying again cannot help. Any other failure may pass. */
    private static final Pattern FINAL_REFUSAL = Pattern.compile(
            "not found|(manifest|name) unknown|(?<!permission )denied|does not exist|unauthorized"
                    + "|authentication required|no basic auth|no matching manifest|invalid reference format",
            Pattern.CASE_INSENSITIVE);

    /** A pull that is under way; every other boot of the image waits for it. */
    private record Pull(PullProgress progress, CompletableFuture<Optional<SandboxUnavailable>> result, long began) {}

    /** A wait for a pull, of {@link System#nanoTime}. */
    private record Wait(long from, long to) {}

    /** The login for a registry; without one, {@code fault} says why if the credentials could not be read. */
    private record Login(
            @Nullable AuthConfig auth, @Nullable String fault) {}

    private final DockerCalls docker;
    private final EngineConfig.Images limits;
    private final RegistryCredentials credentials;
    private final PulledImages pulledImages;
    private final Map<ImageReference, Pull> running = new ConcurrentHashMap<>();
    /** By revision, for {@link #progress}. */
    private final Map<String, Pull> pullByRevision = new ConcurrentHashMap<>();
    /** By revision, for {@link #waitTime}. */
    private final Cache<String, Wait> lastWaits =
            Caffeine.newBuilder().expireAfterWrite(WAITS_KEPT).build();

    public ImagePulls(DockerCalls docker, EngineConfig.Images limits, PulledImages pulledImages) {
        this.docker = docker;
        this.limits = limits;
        this.credentials = new RegistryCredentials(limits.credentials());
        this.pulledImages = pulledImages;
    }

    /** A sentence about the pull that this revision waits for; empty if it waits for none. */
    public Optional<String> progress(String revision) {
        return Optional.ofNullable(pullByRevision.get(revision))
                .map(pull -> pull.progress().sentence());
    }

    /** How long since then boots of this revision waited for the last pull that it needed; empty if they did not. */
    public Optional<Duration> waitTime(String revision, long since) {
        return Optional.ofNullable(lastWaits.getIfPresent(revision))
                .map(wait -> Duration.ofNanos(wait.to() - (wait.from() - since > 0 ? wait.from() : since)))
                .filter(Duration::isPositive);
    }

    /** Blocks until the pull has ended. Returns why it failed; empty if the image is on this host now. */
    Optional<SandboxUnavailable> pull(ImageReference image, String revision) throws SandboxUnavailable {
        var own = new Pull(new PullProgress(), new CompletableFuture<>(), System.nanoTime());
        var other = running.putIfAbsent(image, own);
        var pull = other == null ? own : other;
        pullByRevision.put(revision, pull);
        try {
            if (other == null) {
                run(image, own);
            }
            return awaitResult(image, pull);
        } finally {
            pullByRevision.remove(revision, pull);
            lastWaits.put(revision, new Wait(pull.began(), System.nanoTime()));
        }
    }

    private void run(ImageReference image, Pull own) {
        try {
            own.result().complete(pull(image, own.progress()));
        } finally {
            running.remove(image, own);
            own.result()
                    .complete(Optional.of(new BootFailed("the pull of " + image + " ended without a result", null)));
        }
    }

    private Optional<SandboxUnavailable> awaitResult(ImageReference image, Pull pull) throws SandboxUnavailable {
        try {
            return pull.result().get(limits.pullTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ImagePullFailed("the pull of " + image + " took longer than " + limits.pullTimeout(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the pull of " + image, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a pull result is never completed exceptionally", e);
        }
    }

    private Optional<SandboxUnavailable> pull(ImageReference image, PullProgress progress) {
        log.info("image pull started image={}", image);
        var login = login(image);
        try {
            var before = pulledImages.imageIds();
            download(image, login, progress);
            if (progress.error().isEmpty()) {
                pulledImages.markPulled(image, before);
            }
        } catch (TooLarge e) {
            return Optional.of(new ImagePullFailed(String.valueOf(e.getMessage()), null));
        } catch (DockerRefusal e) {
            return Optional.of(failure(image, login, String.valueOf(e.getMessage()), e));
        } catch (EngineFault e) {
            return Optional.of(new ImagePullFailed("image " + image + " could not be pulled: " + e.getMessage(), e));
        }
        return progress.error().map(message -> failure(image, login, message, null));
    }

    /** Most images need no login, so a broken credential helper does not end the pull. */
    private Login login(ImageReference image) {
        try {
            return new Login(credentials.of(image.host()).orElse(null), null);
        } catch (EngineFault e) {
            log.warn("registry credentials failed, pulling without a login image={} error={}", image, e.getMessage());
            return new Login(null, e.getMessage());
        }
    }

    private void download(ImageReference image, Login login, PullProgress progress) throws EngineFault {
        var tooLarge = new CompletableFuture<Void>();
        try (var stream = new StreamedReply<PullResponseItem>("the pull", item -> {
            progress.update(item);
            if (progress.totalBytes() > limits.maxBytes()) {
                tooLarge.complete(null);
            }
        })) {
            var command = docker.streamingClient().pullImageCmd(image.toString());
            command.withAuthConfig(login.auth()).exec(stream);
            var unused = tooLarge.thenRun(stream::close);
            stream.awaitEnd(limits.pullTimeout());
        } catch (EngineFault e) {
            if (!tooLarge.isDone()) {
                throw e;
            }
        }
        if (tooLarge.isDone()) {
            throw new TooLarge(
                    "image %s is larger than FAAS_IMAGES_MAX_MB, the limit for all pulled images together: %d MiB"
                            .formatted(image, limits.maxBytes() / MIB));
        }
    }

    private static SandboxUnavailable failure(
            ImageReference image, Login login, String message, @Nullable Throwable cause) {
        return login.fault() == null
                ? failure(image, message, cause)
                : new ImagePullFailed(
                        "image " + image + " could not be pulled: " + message
                                + ". It was tried without a login, because " + login.fault(),
                        cause);
    }

    public static SandboxUnavailable failure(ImageReference image, String message, @Nullable Throwable cause) {
        return FINAL_REFUSAL.matcher(message).find()
                ? new ImageNotFound("image " + image + " is not on this host, and its registry refused it: " + message)
                : new ImagePullFailed("image " + image + " could not be pulled: " + message, cause);
    }

    private static final class TooLarge extends EngineFault {
        private static final long serialVersionUID = 1;

        TooLarge(String message) {
            super(message, null);
        }
    }
}
