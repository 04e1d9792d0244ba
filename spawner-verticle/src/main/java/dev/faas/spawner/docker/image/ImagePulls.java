package dev.faas.spawner.docker.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.lifecycle.Uninterrupted;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.StreamedReply;
import dev.faas.spawner.docker.image.RegistryLogins.Login;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImageReference;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls images from registries: one pull at a time for each image, two on this host, each within a limit of time and size. */
public final class ImagePulls {

    private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);
    private static final long MIB = 1 << 20;
    private static final Duration DISK_POLL = Duration.ofMillis(250);
    /** Longer than a run waits for its boot after the pull. */
    private static final Duration WAITS_KEPT = Duration.ofHours(1);

    /** A pull that is under way; every other boot of the image waits for it. */
    private record Pull(PullProgress progress, CompletableFuture<Optional<SandboxUnavailable>> result, long began) {}

    /** A wait for a pull, of {@link System#nanoTime}. */
    private record Wait(long from, long to) {}

    /** A function that may not use the platform's login must not wait for a pull with it: it may fail otherwise. */
    private record PullKey(ImageReference image, boolean byAdmin) {}

    private final DockerCalls docker;
    private final EngineConfig.Images limits;
    private final RegistryLogins logins;
    private final PulledImages pulledImages;
    private final PullPermits permits;
    private final Map<PullKey, Pull> running = new ConcurrentHashMap<>();
    /** By revision, for {@link #progress}. */
    private final Map<String, Pull> pullByRevision = new ConcurrentHashMap<>();
    /** By revision, for {@link #waitTime}. */
    private final Cache<String, Wait> lastWaits =
            Caffeine.newBuilder().expireAfterWrite(WAITS_KEPT).build();

    /** @param diskRoom bytes free on Docker's disk beyond those to keep free; a constant if that is not known */
    public ImagePulls(
            DockerCalls docker,
            EngineConfig.Images limits,
            PulledImages pulledImages,
            RegistryLogins logins,
            LongSupplier diskRoom) {
        this.docker = docker;
        this.limits = limits;
        this.pulledImages = pulledImages;
        this.logins = logins;
        this.permits = new PullPermits(limits.maxImageBytes(), diskRoom);
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
    Optional<SandboxUnavailable> pull(ImageReference image, String revision, boolean byAdmin)
            throws SandboxUnavailable {
        var key = new PullKey(image, byAdmin);
        var own = new Pull(new PullProgress(), new CompletableFuture<>(), System.nanoTime());
        var other = running.putIfAbsent(key, own);
        var pull = other == null ? own : other;
        pullByRevision.put(revision, pull);
        try {
            if (other == null) {
                run(key, own);
            }
            return awaitResult(image, pull);
        } finally {
            pullByRevision.remove(revision, pull);
            lastWaits.put(revision, new Wait(pull.began(), System.nanoTime()));
        }
    }

    private void run(PullKey key, Pull own) {
        try {
            own.result().complete(pull(key, own.progress()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            own.result().complete(Optional.of(new BootFailed("interrupted before the pull of " + key.image(), e)));
        } finally {
            running.remove(key, own);
            own.result()
                    .complete(Optional.of(
                            new BootFailed("the pull of " + key.image() + " ended without a result", null)));
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

    private Optional<SandboxUnavailable> pull(PullKey key, PullProgress progress) throws InterruptedException {
        try (var permit = permits.take()) {
            return pull(key, progress, permit);
        } catch (TooMuchForTwo e) {
            log.info("image pull broken off, it is repeated alone image={} error={}", key.image(), e.getMessage());
        }
        progress.reset();
        try (var permit = permits.takeAll()) {
            return pull(key, progress, permit);
        } catch (TooMuchForTwo e) {
            throw new IllegalStateException("no other pull runs", e);
        }
    }

    private ImagePullFailed tooSlow(ImageReference image) {
        return new ImagePullFailed("the pull of " + image + " took longer than " + limits.pullTimeout(), null);
    }

    private Optional<SandboxUnavailable> pull(PullKey key, PullProgress progress, PullPermits.Permit permit)
            throws TooMuchForTwo {
        var image = key.image();
        log.info("image pull started image={}", image);
        progress.begin();
        var login = logins.of(image, key.byAdmin());
        try {
            var before = pulledImages.imageIds();
            download(image, login, progress, permit);
            if (progress.error().isEmpty()) {
                pulledImages.admit(image, before);
            }
        } catch (TooMuchForTwo e) {
            throw e;
        } catch (TooLarge e) {
            log.warn("image too large image={} error={}", image, e.getMessage());
            return Optional.of(new ImagePullFailed(String.valueOf(e.getMessage()), null));
        } catch (EngineFault e) {
            return Optional.of(
                    e.getCause() instanceof TimeoutException
                            ? tooSlow(image)
                            : PullFailure.of(image, String.valueOf(e.getMessage()), login));
        }
        return progress.error().map(words -> PullFailure.of(image, words, login));
    }

    private void download(ImageReference image, Login login, PullProgress progress, PullPermits.Permit permit)
            throws EngineFault {
        var excess = new CompletableFuture<EngineFault>();
        long begin = System.nanoTime();
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
                    () -> permit.excess()
                            .ifPresent(is -> excess.complete(excessFault("image " + image + " is " + is, permit))));
            try {
                stream.awaitEnd(limits.pullTimeout());
            } finally {
                docker.times().pulled(Duration.ofNanos(System.nanoTime() - begin));
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

    private static EngineFault excessFault(String message, PullPermits.Permit permit) {
        return permit.wasShared() ? new TooMuchForTwo(message) : new TooLarge(message);
    }

    private static void stop(RepeatingTask watch) {
        try {
            Uninterrupted.run(watch::stop);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Thrown by a pull that ran beside another, so that either may be the large one. */
    private static final class TooMuchForTwo extends EngineFault {
        private static final long serialVersionUID = 1;

        TooMuchForTwo(String message) {
            super(message, null);
        }
    }
}
