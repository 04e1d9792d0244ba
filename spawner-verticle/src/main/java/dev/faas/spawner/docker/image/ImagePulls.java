package dev.faas.spawner.docker.image;

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

/** Pulls from registries, one at a time for an image however many ask, each within a limit of time and of size. */
public final class ImagePulls {

    private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);
    private static final long MIB = 1 << 20;

    /** What registries and the daemon say when a repeat cannot help; all else may pass. */
    private static final Pattern NOT_THERE = Pattern.compile(
            "not found|(manifest|name) unknown|(?<!permission )denied|does not exist|unauthorized"
                    + "|authentication required|no basic auth|no matching manifest|invalid reference format",
            Pattern.CASE_INSENSITIVE);

    /** One under way. Whoever finds it there waits for it. */
    private record Pull(PullProgress progress, CompletableFuture<Optional<SandboxUnavailable>> result) {}

    /** Who we are to a registry; where that cannot be found out we are nobody, and there is a reason. */
    private record Login(
            @Nullable AuthConfig auth, @Nullable String fault) {}

    private final DockerCalls docker;
    private final EngineConfig.Images limits;
    private final RegistryCredentials credentials;
    private final PulledImages pulled;
    private final Map<ImageName, Pull> underWay = new ConcurrentHashMap<>();
    /** By who waits, so that it can be told how far it is. */
    private final Map<String, Pull> waiting = new ConcurrentHashMap<>();

    public ImagePulls(DockerCalls docker, EngineConfig.Images limits, PulledImages pulled) {
        this.docker = docker;
        this.limits = limits;
        this.credentials = new RegistryCredentials(limits.credentials());
        this.pulled = pulled;
    }

    /** How far the pull has come that this one waits for. */
    public Optional<String> progress(String waiter) {
        return Optional.ofNullable(waiting.get(waiter))
                .map(pull -> pull.progress().sentence());
    }

    /** Why it cannot be had; empty once it is here. */
    Optional<SandboxUnavailable> pull(ImageName image, String waiter) throws SandboxUnavailable {
        var mine = new Pull(new PullProgress(), new CompletableFuture<>());
        var other = underWay.putIfAbsent(image, mine);
        var pull = other == null ? mine : other;
        waiting.put(waiter, pull);
        try {
            if (other == null) {
                run(image, mine);
            }
            return result(image, pull);
        } finally {
            waiting.remove(waiter, pull);
        }
    }

    private void run(ImageName image, Pull mine) {
        try {
            mine.result().complete(pull(image, mine.progress()));
        } finally {
            underWay.remove(image, mine);
            mine.result()
                    .complete(Optional.of(new BootFailed("the pull of " + image + " ended without a result", null)));
        }
    }

    private Optional<SandboxUnavailable> result(ImageName image, Pull pull) throws SandboxUnavailable {
        try {
            return pull.result().get(limits.pullTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ImagePullFailed("the pull of " + image + " took longer than " + limits.pullTimeout(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the pull of " + image, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is never completed exceptionally
        }
    }

    private Optional<SandboxUnavailable> pull(ImageName image, PullProgress progress) {
        log.info("image {} is to be had from its registry: pulling it", image);
        var login = login(image);
        try {
            var before = pulled.present();
            download(image, login, progress);
            if (progress.error().isEmpty()) {
                pulled.arrived(image, before);
            }
        } catch (TooLarge e) {
            return Optional.of(new ImagePullFailed(String.valueOf(e.getMessage()), null));
        } catch (DockerRefusal e) {
            return Optional.of(failure(image, login, String.valueOf(e.getMessage()), e));
        } catch (EngineFault e) {
            return Optional.of(new ImagePullFailed("image " + image + " could not be pulled: " + e.getMessage(), e));
        }
        return progress.error().map(said -> failure(image, login, said, null));
    }

    /** Most images can be had without one: a helper that is not there is no reason not to try. */
    private Login login(ImageName image) {
        try {
            return new Login(credentials.of(image.registry()).orElse(null), null);
        } catch (EngineFault e) {
            log.warn("image {} is pulled without a login: {}", image, e.getMessage());
            return new Login(null, e.getMessage());
        }
    }

    private void download(ImageName image, Login login, PullProgress progress) throws EngineFault {
        var tooLarge = new CompletableFuture<Void>();
        try (var stream = new StreamedReply<PullResponseItem>("the pull", item -> {
            progress.heard(item);
            if (progress.totalBytes() > limits.maxBytes()) {
                tooLarge.complete(null);
            }
        })) {
            var command = docker.streaming().pullImageCmd(image.toString());
            command.withAuthConfig(login.auth()).exec(stream);
            var unused = tooLarge.thenRun(stream::close);
            stream.awaitEnd(limits.pullTimeout());
        } catch (EngineFault e) {
            if (!tooLarge.isDone()) {
                throw e;
            }
        }
        if (tooLarge.isDone()) {
            throw new TooLarge("image %s is larger than all pulled images together may be (%d MiB, FAAS_IMAGES_MAX_MB)"
                    .formatted(image, limits.maxBytes() / MIB));
        }
    }

    private static SandboxUnavailable failure(ImageName image, Login login, String said, @Nullable Throwable cause) {
        return login.fault() == null
                ? failure(image, said, cause)
                : new ImagePullFailed(
                        "image " + image + " could not be pulled: " + said + "; without a login, as " + login.fault(),
                        cause);
    }

    public static SandboxUnavailable failure(ImageName image, String said, @Nullable Throwable cause) {
        return NOT_THERE.matcher(said).find()
                ? new ImageNotFound("image " + image + " is neither on this host nor to be had: " + said)
                : new ImagePullFailed("image " + image + " could not be pulled: " + said, cause);
    }

    private static final class TooLarge extends EngineFault {
        private static final long serialVersionUID = 1;

        TooLarge(String message) {
            super(message, null);
        }
    }
}
