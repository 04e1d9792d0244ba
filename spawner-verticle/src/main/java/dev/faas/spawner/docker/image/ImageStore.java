package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;
import dev.faas.wire.ImagePin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a function's image is on this host. Whoever boots a revision first finds it out and pins it for all spawners, so that
 * a tag that moves changes nothing until there is another revision.
 *
 * <pre>
 *   digest in the reference ─────────────────────────────────▶ here? else pull that
 *   pinned, to a digest ─────────────────────────────────────▶ here? else pull that
 *   pinned, to an image that no registry has ────────────────▶ here? else whatever has its name here
 *   not pinned ─▶ here, and not by our pull? else pull the tag ─▶ pin, or take what another has pinned
 * </pre>
 *
 * A tag that we have pulled ourselves is pulled anew for a new revision: nobody else would.
 */
public final class ImageStore {

    private static final Logger log = LoggerFactory.getLogger(ImageStore.class);
    private static final Duration INSPECT_LIMIT = Duration.ofSeconds(10);

    private final DockerCalls docker;
    private final ImagePins pins;
    private final PulledImages pulled;
    private final ImagePulls pulls;

    public ImageStore(DockerCalls docker, ImagePins pins, PulledImages pulled, ImagePulls pulls) {
        this.docker = docker;
        this.pins = pins;
        this.pulled = pulled;
        this.pulls = pulls;
    }

    public ResolvedImage resolve(SandboxSpec spec) throws SandboxUnavailable {
        try {
            var image = found(spec);
            pulled.used(image.id());
            return image;
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private ResolvedImage found(SandboxSpec spec) throws SandboxUnavailable, EngineFault {
        var name = ImageName.of(spec.image());
        if (name.digest() != null) {
            return present(name, spec);
        }
        var pin = pins.find(spec.revision());
        if (pin.isPresent()) {
            return pinned(name, pin.get(), spec);
        }
        var image = newest(name, spec);
        var mine = new ImagePin(
                String.valueOf(image.getId()),
                name.digestAmong(image.getRepoDigests()).orElse(null));
        var agreed = pins.pin(spec.revision(), mine);
        return agreed.equals(mine) ? resolved(name, image) : pinned(name, agreed, spec);
    }

    private ResolvedImage pinned(ImageName name, ImagePin pin, SandboxSpec spec) throws SandboxUnavailable {
        if (pin.digest() != null) {
            return present(name.at(pin.digest()), spec);
        }
        var same = inspect(pin.id());
        return same.isPresent() ? resolved(name, same.get()) : present(name, spec);
    }

    private ResolvedImage present(ImageName name, SandboxSpec spec) throws SandboxUnavailable {
        var here = inspect(name.toString());
        return resolved(name, here.isPresent() ? here.get() : pulled(name, spec));
    }

    /** What the tag says now: of its registry's, if it was us who brought it here. */
    private InspectImageResponse newest(ImageName name, SandboxSpec spec) throws SandboxUnavailable {
        var here = inspect(name.toString());
        if (here.isEmpty()) {
            return pulled(name, spec);
        }
        if (!pulled.pulledAs(name, here.get().getRepoTags())) {
            return here.get();
        }
        try {
            return pulled(name, spec);
        } catch (ImagePullFailed e) {
            log.warn("{} runs what {} was when it was last pulled: {}", spec.revision(), name, e.getMessage());
            return here.get();
        }
    }

    private InspectImageResponse pulled(ImageName name, SandboxSpec spec) throws SandboxUnavailable {
        var failure = pulls.pull(name, spec.revision());
        if (failure.isPresent()) {
            throw failure.get();
        }
        return inspect(name.toString())
                .orElseThrow(() -> new ImagePullFailed("image " + name + " was gone right after its pull", null));
    }

    private Optional<InspectImageResponse> inspect(String image) throws SandboxUnavailable {
        try {
            return Optional.of(docker.within(
                    INSPECT_LIMIT,
                    "inspect of an image",
                    d -> d.inspectImageCmd(image).exec()));
        } catch (DockerRefusal e) {
            if (e.notFound()) {
                return Optional.empty();
            }
            if (e.badRequest()) {
                throw new ImageNotFound("image " + image + ": " + e.getMessage());
            }
            throw new BootFailed("image " + image + ": " + e.getMessage(), e);
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static ResolvedImage resolved(ImageName name, InspectImageResponse found) {
        var config = found.getConfig();
        return new ResolvedImage(
                String.valueOf(found.getId()),
                digest(name, found.getRepoDigests()),
                config == null ? List.of() : list(config.getEntrypoint()),
                config == null ? List.of() : list(config.getCmd()),
                config == null || config.getVolumes() == null
                        ? Set.of()
                        : Set.copyOf(config.getVolumes().keySet()));
    }

    private static List<String> list(String @Nullable [] of) {
        return of == null ? List.of() : List.of(of);
    }

    /** Of its own repository, else of any that it has come from: one image may have come from several. */
    static Optional<String> digest(ImageName name, @Nullable List<String> repoDigests) {
        return Optional.ofNullable(name.digest())
                .or(() -> name.digestAmong(repoDigests))
                .or(() -> repoDigests == null
                        ? Optional.empty()
                        : repoDigests.stream()
                                .flatMap(any ->
                                        Optional.ofNullable(ImageName.of(any).digest()).stream())
                                .findFirst());
    }
}
