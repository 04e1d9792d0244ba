package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import dev.faas.config.ImagePolicy;
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
import dev.faas.wire.ImageReference;
import dev.faas.wire.Printable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves a function's image to an image on this host, and pulls it if it is absent. The first spawner that boots a
 * revision pins the image for all spawners, so that a tag that moves has no effect until the function has a new
 * revision.
 *
 * <pre>
 *   digest in the reference        ─▶ that digest; pull it if absent
 *   pinned to a digest             ─▶ that digest; pull it if absent
 *   pinned to an id (no registry)  ─▶ that image if present, else what has the name here; pull it if absent
 *   not pinned                     ─▶ what the tag means now; pin it, or take the pin that another spawner made first
 * </pre>
 *
 * For a new revision, a tag that this platform has pulled is pulled again, because nothing else would update it. A tag
 * that was built, loaded or pulled by others on this host means what it means here, where the policy allows local images.
 */
public final class ImageStore {

    private static final Logger log = LoggerFactory.getLogger(ImageStore.class);
    /** A label: every user may run this image of the host. */
    private static final String PUBLIC = "dev.faas.public";

    private static final Duration INSPECT_LIMIT = Duration.ofSeconds(10);

    private final DockerCalls docker;
    private final ImagePolicy policy;
    private final ImagePins pins;
    private final PulledImages pulledImages;
    private final ImagePulls pulls;
    private final RegistryDigests digests;

    public ImageStore(
            DockerCalls docker,
            ImagePolicy policy,
            ImagePins pins,
            PulledImages pulledImages,
            ImagePulls pulls,
            RegistryDigests digests) {
        this.docker = docker;
        this.policy = policy;
        this.pins = pins;
        this.pulledImages = pulledImages;
        this.pulls = pulls;
        this.digests = digests;
    }

    public ResolvedImage resolve(SandboxSpec spec) throws SandboxUnavailable {
        try {
            var image = find(spec);
            pulledImages.recordUse(image.id());
            return image;
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private ResolvedImage find(SandboxSpec spec) throws SandboxUnavailable, EngineFault {
        var text = spec.program().image();
        var name = ImageReference.parse(text)
                .orElseThrow(() -> new ImageNotFound("image '" + Printable.of(text)
                        + "' is not a reference such as registry.example/path/name:tag"));
        boolean byAdmin = spec.program().byAdmin();
        // Before Docker is asked for anything. The policy may have changed since the function was written.
        var refusal = policy.refusal(name, byAdmin);
        if (refusal.isPresent()) {
            throw new ImageNotFound("image " + name + " " + refusal.get());
        }
        return policy.mayUseLocal(name, byAdmin) ? findAny(name, spec) : findProven(name, spec);
    }

    private ResolvedImage findAny(ImageReference name, SandboxSpec spec) throws SandboxUnavailable, EngineFault {
        if (name.digest() != null) {
            return pullIfAbsent(name, spec);
        }
        var pin = pins.find(spec.revision());
        if (pin.isPresent()) {
            return resolvePin(name, pin.get(), spec);
        }
        return pin(name, resolveTag(name, spec), spec, false);
    }

    private ResolvedImage pin(ImageReference name, InspectImageResponse image, SandboxSpec spec, boolean isProven)
            throws SandboxUnavailable, EngineFault {
        var candidate = new ImagePin(
                String.valueOf(image.getId()),
                Optional.ofNullable(name.digest())
                        .or(() -> digestIn(name, image.getRepoDigests()))
                        .orElse(null),
                isProven);
        var agreed = pins.pin(spec.revision(), candidate);
        return agreed.equals(candidate) ? toResolved(name, image) : resolvePin(name, agreed, spec);
    }

    /**
     * An image that is on this host may be one that its registry gives to others only. So the registry is asked for the
     * digest, as the function's owner could ask it. A proven pin says that this was done. The image is then pulled by
     * its digest, because a pull of the tag could replace what others mean by it on this host.
     */
    private ResolvedImage findProven(ImageReference name, SandboxSpec spec) throws SandboxUnavailable, EngineFault {
        var pin = pins.find(spec.revision());
        var pinned = pin.map(ImagePin::digest).map(name::withDigest);
        if (pinned.isPresent() && pin.get().proven()) {
            return pullIfAbsent(pinned.get(), spec);
        }
        var present = inspect(pin.map(ImagePin::id).orElse(name.toString()));
        if (present.isPresent() && isPublic(present.get())) {
            return pin(name, present.get(), spec, false);
        }
        var proof = prove(pinned.orElse(name), spec);
        var proved = inspectOrPull(proof, spec);
        if (pinned.isEmpty() && pin.isPresent() && !pin.get().id().equals(proved.getId())) {
            throw new ImageNotFound("image " + name
                    + " is another one than when this revision first ran, and who may have the earlier one is unknown."
                    + " Write a new revision of the function");
        }
        return pin(proof, proved, spec, true);
    }

    private ImageReference prove(ImageReference name, SandboxSpec spec) throws SandboxUnavailable, EngineFault {
        try {
            return digests.find(name, spec.program().byAdmin());
        } catch (ImagePullFailed e) {
            var earlier = provenBefore(name, spec.revision());
            if (earlier.isEmpty()) {
                throw e;
            }
            log.warn("registry failed, image of the revision before used revision={} image={}", spec.revision(), name);
            return earlier.get();
        }
    }

    /** What the revision before has proved and this host has. */
    private Optional<ImageReference> provenBefore(ImageReference name, String revision)
            throws SandboxUnavailable, EngineFault {
        int at = revision.lastIndexOf('@') + 1;
        var before = revision.substring(0, at) + (Integer.parseInt(revision.substring(at)) - 1);
        var proven = pins.find(before)
                .filter(ImagePin::proven)
                .map(ImagePin::digest)
                .filter(digest -> name.digest() == null || digest.equals(name.digest()))
                .map(name::withDigest);
        return proven.isPresent() && inspect(proven.get().toString()).isPresent() ? proven : Optional.empty();
    }

    /** The label comes with the image, so it does not count on one that the platform has pulled. */
    private boolean isPublic(InspectImageResponse image) {
        var config = image.getConfig();
        var labels = config == null ? null : config.getLabels();
        return labels != null && "true".equals(labels.get(PUBLIC)) && !pulledImages.isPulled(image.getRepoTags());
    }

    private ResolvedImage resolvePin(ImageReference name, ImagePin pin, SandboxSpec spec) throws SandboxUnavailable {
        if (pin.digest() != null) {
            return pullIfAbsent(name.withDigest(pin.digest()), spec);
        }
        var present = inspect(pin.id());
        return present.isPresent() ? toResolved(name, present.get()) : pullIfAbsent(name, spec);
    }

    private ResolvedImage pullIfAbsent(ImageReference name, SandboxSpec spec) throws SandboxUnavailable {
        return toResolved(name, inspectOrPull(name, spec));
    }

    private InspectImageResponse inspectOrPull(ImageReference name, SandboxSpec spec) throws SandboxUnavailable {
        var present = inspect(name.toString());
        return present.isPresent() ? present.get() : pull(name, spec);
    }

    private InspectImageResponse resolveTag(ImageReference name, SandboxSpec spec) throws SandboxUnavailable {
        var present = inspect(name.toString());
        if (present.isEmpty()) {
            return pull(name, spec);
        }
        if (!pulledImages.isPulledAs(name, present.get().getRepoTags())) {
            return present.get();
        }
        try {
            return pull(name, spec);
        } catch (ImagePullFailed e) {
            log.warn(
                    "pull failed, older image of the tag used revision={} image={} error={}",
                    spec.revision(),
                    name,
                    e.getMessage());
            return present.get();
        }
    }

    private InspectImageResponse pull(ImageReference name, SandboxSpec spec) throws SandboxUnavailable {
        boolean byAdmin = spec.program().byAdmin();
        if (!policy.mayPull(name, byAdmin)) {
            throw new ImageNotFound("image " + name
                    + " is not on this host, and the operator does not allow pulling it (FAAS_IMAGE_ALLOW)");
        }
        var failure = pulls.pull(name, spec.revision(), byAdmin);
        if (failure.isPresent()) {
            throw failure.get();
        }
        return inspect(name.toString())
                .orElseThrow(() -> new ImagePullFailed("image " + name + " was removed right after its pull", null));
    }

    private Optional<InspectImageResponse> inspect(String image) throws SandboxUnavailable {
        try {
            return Optional.of(docker.call(
                    INSPECT_LIMIT,
                    "inspect of an image",
                    d -> d.inspectImageCmd(image).exec()));
        } catch (DockerRefusal e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            if (e.isBadRequest()) {
                throw new ImageNotFound("image " + image + " has a name that Docker does not take");
            }
            log.warn("image not inspected image={} error={}", image, Printable.of(String.valueOf(e.getMessage())));
            throw new BootFailed("image " + image + " could not be looked up on this host", null);
        } catch (EngineFault e) {
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static ResolvedImage toResolved(ImageReference name, InspectImageResponse found) {
        var config = found.getConfig();
        return new ResolvedImage(
                String.valueOf(found.getId()),
                digest(name, found.getRepoDigests()),
                config == null ? List.of() : list(config.getEntrypoint()),
                config == null ? List.of() : list(config.getCmd()),
                config == null || config.getVolumes() == null
                        ? Set.of()
                        : Set.copyOf(config.getVolumes().keySet()),
                config == null || config.getUser() == null ? "" : config.getUser(),
                config != null && list(config.getEnv()).stream().anyMatch(variable -> variable.startsWith("HOME=")));
    }

    private static List<String> list(String @Nullable [] words) {
        return words == null ? List.of() : List.of(words);
    }

    /** The digest in the reference's own repository, else in any repository that the image came from. */
    static Optional<String> digest(ImageReference name, @Nullable List<String> repoDigests) {
        return Optional.ofNullable(name.digest())
                .or(() -> digestIn(name, repoDigests))
                .or(() -> digests(repoDigests).map(ImageReference::digest).findFirst());
    }

    /** The image's digest in the repository of the reference: other hosts can pull it by that. */
    static Optional<String> digestIn(ImageReference name, @Nullable List<String> repoDigests) {
        return digests(repoDigests)
                .filter(listed -> listed.repository().equals(name.repository()))
                .map(ImageReference::digest)
                .findFirst();
    }

    private static Stream<ImageReference> digests(@Nullable List<String> repoDigests) {
        return repoDigests == null
                ? Stream.empty()
                : repoDigests.stream()
                        .flatMap(listed -> ImageReference.parse(listed).stream())
                        .filter(listed -> listed.digest() != null);
    }
}
