package dev.faas.spawner.docker.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.lifecycle.Uninterrupted;
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
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls images from registries: one pull at a time for each image, two on this host, each within a limit of time and size. */
public final class ImagePulls {

    private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);
    private static final long MIB = 1 << 20;
    private static final Duration DISK_POLL = Duration.ofMillis(250);
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
    private final PullPlaces places;
    private final Map<ImageReference, Pull> running = new ConcurrentHashMap<>();
    /** By revision, for {@link #progress}. */
    private final Map<String, Pull> pullByRevision = new ConcurrentHashMap<>();
    /** By revision, for {@link #waitTime}. */
    private final Cache<String, Wait> lastWaits =
            Caffeine.newBuilder().expireAfterWrite(WAITS_KEPT).build();

    /** @param diskRoom bytes free on Docker's disk beyond those to keep free; a constant if that is not known */
    public ImagePulls(
            DockerCalls docker, EngineConfig.Images limits, PulledImages pulledImages, LongSupplier diskRoom) {
        this.docker = docker;
        this.limits = limits;
        this.credentials = new RegistryCredentials(limits.credentials());
        this.pulledImages = pulledImages;
        this.places = new PullPlaces(limits.maxImageBytes(), diskRoom);
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            own.result().complete(Optional.of(new BootFailed("interrupted before the pull of " + image, e)));
        } finally {
            running.remove(image, own);
            own.result()
                    .complete(Optional.of(new BootFailed("the pull of " + image + " ended without a result", null)));
        }
    }

    private Optional<SandboxUnavailable> awaitResult(ImageReference image, Pull pull) throws SandboxUnavailable {
        try {
            return pull.result().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the pull of " + image, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a pull result is never completed exceptionally", e);
        }
    }

    private Optional<SandboxUnavailable> pull(ImageReference image, PullProgress progress) throws InterruptedException {
        try (var place = places.take()) {
            return pull(image, progress, place);
        } catch (TooMuchForTwo e) {
            log.info("image pull broken off, it is repeated alone image={} error={}", image, e.getMessage());
        }
        progress.reset();
        try (var place = places.takeAll()) {
            return pull(image, progress, place);
        } catch (TooMuchForTwo e) {
            throw new IllegalStateException("no other pull runs", e);
        }
    }

    private Optional<SandboxUnavailable> pull(ImageReference image, PullProgress progress, PullPlaces.Place place)
            throws TooMuchForTwo {
        log.info("image pull started image={}", image);
        progress.begin();
        var login = login(image);
        try {
            var before = pulledImages.imageIds();
            download(image, login, progress, place);
            if (progress.error().isEmpty()) {
                pulledImages.admit(image, before);
            }
        } catch (TooMuchForTwo e) {
            throw e;
        } catch (TooLarge e) {
            log.warn("image too large image={} error={}", image, e.getMessage());
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

    private void download(ImageReference image, Login login, PullProgress progress, PullPlaces.Place place)
            throws EngineFault {
        var excess = new CompletableFuture<EngineFault>();
        try (var stream = new StreamedReply<PullResponseItem>("the pull", item -> {
            progress.update(item);
            if (progress.totalBytes() > limits.maxBytes()) {
                excess.complete(new TooLarge(
                        "image %s is larger than FAAS_IMAGES_MAX_MB, the limit for all pulled images together: %d MiB"
                                .formatted(image, limits.maxBytes() / MIB)));
            }
        })) {
            var command = docker.streamingClient().pullImageCmd(image.toString());
            command.withAuthConfig(login.auth()).exec(stream);
            var unused = excess.thenRun(stream::close);
            var watch = RepeatingTask.start(
                    "pull-disk",
                    DISK_POLL,
                    () -> place.excess()
                            .ifPresent(is -> excess.complete(excessFault("image " + image + " is " + is, place))));
            try {
                stream.awaitEnd(limits.pullTimeout());
            } finally {
                stop(watch);
            }
        } catch (EngineFault e) {
            if (!excess.isDone()) {
                throw e;
            }
        }
        if (excess.isDone()) {
            throw excess.join();
        }
    }

    private static EngineFault excessFault(String message, PullPlaces.Place place) {
        return place.wasShared() ? new TooMuchForTwo(message) : new TooLarge(message);
    }

    private static void stop(RepeatingTask watch) {
        try {
            Uninterrupted.run(watch::stop);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    /** Thrown by a pull that ran beside another, so that either may be the large one. */
    private static final class TooMuchForTwo extends EngineFault {
        private static final long serialVersionUID = 1;

        TooMuchForTwo(String message) {
            super(message, null);
        }
    }
}
