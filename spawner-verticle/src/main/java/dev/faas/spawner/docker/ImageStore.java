package dev.faas.spawner.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of this host. Nothing is cached: an inspection takes a millisecond, a start a hundred, and an image can be
 * removed or re-tagged at any time. An absent one is pulled, once at a time however many ask.
 */
final class ImageStore {

    private static final Logger log = LoggerFactory.getLogger(ImageStore.class);
    private static final Duration INSPECT_LIMIT = Duration.ofSeconds(10);

    /** What registries and the daemon say when a repeat cannot help; all else may pass. */
    private static final Pattern NOT_THERE = Pattern.compile(
            "not found|(manifest|name) unknown|(?<!permission )denied|does not exist|unauthorized"
                    + "|authentication required|no basic auth|no matching manifest|invalid reference format",
            Pattern.CASE_INSENSITIVE);

    private final DockerCalls docker;
    private final Duration pullTimeout;
    private final Map<String, CompletableFuture<Optional<SandboxUnavailable>>> pulls = new ConcurrentHashMap<>();

    ImageStore(DockerCalls docker, Duration pullTimeout) {
        this.docker = docker;
        this.pullTimeout = pullTimeout;
    }

    ResolvedImage resolve(String reference) throws SandboxUnavailable {
        var present = inspect(reference);
        if (present.isPresent()) {
            return present.get();
        }
        var failure = pullOnce(reference);
        if (failure.isPresent()) {
            throw failure.get();
        }
        return inspect(reference)
                .orElseThrow(() -> new ImagePullFailed("image " + reference + " was gone right after its pull", null));
    }

    private Optional<ResolvedImage> inspect(String reference) throws SandboxUnavailable {
        try {
            var found = docker.within(
                    INSPECT_LIMIT,
                    "inspect of an image",
                    d -> d.inspectImageCmd(reference).exec());
            return Optional.of(resolved(reference, found));
        } catch (DockerRefusal e) {
            if (e.notFound()) {
                return Optional.empty();
            }
            if (e.badRequest()) {
                throw new ImageNotFound("image " + reference + ": " + e.getMessage());
            }
            throw new BootFailed("image " + reference + ": " + e.getMessage(), e);
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<SandboxUnavailable> pullOnce(String reference) throws SandboxUnavailable {
        var mine = new CompletableFuture<Optional<SandboxUnavailable>>();
        var underWay = pulls.putIfAbsent(reference, mine);
        if (underWay != null) {
            return result(reference, underWay);
        }
        try {
            mine.complete(pull(reference));
        } finally {
            pulls.remove(reference, mine);
            mine.complete(Optional.of(new BootFailed("the pull of " + reference + " ended without a result", null)));
        }
        return result(reference, mine);
    }

    private Optional<SandboxUnavailable> result(String reference, CompletableFuture<Optional<SandboxUnavailable>> pull)
            throws SandboxUnavailable {
        try {
            return pull.get(pullTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ImagePullFailed("the pull of " + reference + " took longer than " + pullTimeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the pull of " + reference, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is never completed exceptionally
        }
    }

    private Optional<SandboxUnavailable> pull(String reference) {
        log.info("image {} is not here: pulling it", reference);
        var error = new CompletableFuture<String>();
        Streamed<PullResponseItem> progress = new Streamed<>("the pull of " + reference, item -> errorOf(item, error));
        try (progress) {
            docker.streaming().pullImageCmd(withTag(reference)).exec(progress);
            progress.awaitEnd(pullTimeout);
        } catch (DockerRefusal e) {
            return Optional.of(failure(reference, String.valueOf(e.getMessage()), e));
        } catch (EngineFault e) {
            return Optional.of(new ImagePullFailed(String.valueOf(e.getMessage()), e));
        }
        return error.isDone() ? Optional.of(failure(reference, error.join(), null)) : Optional.empty();
    }

    private static void errorOf(PullResponseItem item, CompletableFuture<String> error) {
        var detail = item.getErrorDetail();
        if (detail != null && detail.getMessage() != null) {
            error.complete(detail.getMessage());
        }
    }

    static SandboxUnavailable failure(String reference, String said, @Nullable Throwable cause) {
        return NOT_THERE.matcher(said).find()
                ? new ImageNotFound("image " + reference + " is neither on this host nor to be had: " + said)
                : new ImagePullFailed("image " + reference + " could not be pulled: " + said, cause);
    }

    private static ResolvedImage resolved(String reference, InspectImageResponse found) {
        var config = found.getConfig();
        return new ResolvedImage(
                String.valueOf(found.getId()),
                digest(reference, found.getRepoDigests()),
                config == null ? List.of() : list(config.getEntrypoint()),
                config == null ? List.of() : list(config.getCmd()),
                config == null || config.getVolumes() == null
                        ? Set.of()
                        : Set.copyOf(config.getVolumes().keySet()));
    }

    private static List<String> list(String @Nullable [] of) {
        return of == null ? List.of() : List.of(of);
    }

    /** The digest under this reference's repository; one image may have come from several. */
    static Optional<String> digest(String reference, @Nullable List<String> repoDigests) {
        int at = reference.indexOf('@');
        if (at >= 0) {
            return Optional.of(reference.substring(at + 1));
        }
        var repository = repository(reference);
        var all = repoDigests == null ? List.<String>of() : repoDigests;
        return all.stream()
                .filter(d -> d.startsWith(repository + "@"))
                .findFirst()
                .or(() -> all.stream().findFirst())
                .map(d -> d.substring(d.indexOf('@') + 1));
    }

    /** Without a tag Docker would pull every tag there is. */
    static String withTag(String reference) {
        return repository(reference).length() == reference.length() ? reference + ":latest" : reference;
    }

    private static String repository(String reference) {
        int at = reference.indexOf('@');
        var named = at < 0 ? reference : reference.substring(0, at);
        int colon = named.lastIndexOf(':'); // of a tag, unless it is a registry's port
        return colon > named.lastIndexOf('/') ? named.substring(0, colon) : named;
    }
}
