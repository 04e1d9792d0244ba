package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.image.PulledImage.Mark;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.ImageReference;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the images that the platform has pulled ({@link PulledImage}) within their share of the disk: removes those
 * that were not used for longest. Never removes an image that others put on the host or named, or that has a container.
 */
public final class PulledImages {

    private static final Logger log = LoggerFactory.getLogger(PulledImages.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** A boot may be about to create a container of the image. */
    private static final Duration IDLE_BEFORE_REMOVAL = Duration.ofMinutes(1);
    /** How exact the last use is recorded on the host. */
    private static final Duration NOTE_INTERVAL = Duration.ofMinutes(10);

    private static final long MIB = 1 << 20;

    private final DockerCalls docker;
    private final String platform;
    private final EngineConfig.Images limits;
    private final InstantSource clock;
    private final Map<String, Instant> lastUses = new ConcurrentHashMap<>();

    public PulledImages(DockerCalls docker, String platform, EngineConfig.Images limits, InstantSource clock) {
        this.docker = docker;
        this.platform = platform;
        this.limits = limits;
        this.clock = clock;
    }

    /** The ids of all images on this host. */
    Set<String> imageIds() throws EngineFault {
        return images().stream().map(Image::getId).collect(Collectors.toSet());
    }

    /**
     * Marks an image after its pull, or removes it if it is larger unpacked than the limit for one image. An image that was on the host before the pull belongs to others, unless it has our
     * mark.
     *
     * @param before the ids of all images before the pull
     */
    void admit(ImageReference pulled, Set<String> before) throws EngineFault {
        var image = docker.call(
                LIMIT,
                "inspect of an image",
                d -> d.inspectImageCmd(pulled.toString()).exec());
        var id = String.valueOf(image.getId());
        var size = image.getSize();
        if (size != null && size > limits.maxImageBytes()) {
            untag(pulled.toString());
            throw new TooLarge("image " + pulled + " is " + PullPermits.tooLarge(limits.maxImageBytes()));
        }
        recordUse(id);
        var marks = PulledImage.marks(image.getRepoTags(), platform);
        boolean marked = marks.stream().anyMatch(mark -> mark.isOf(pulled));
        if (!marked && (!before.contains(id) || !marks.isEmpty())) {
            tag(id, Mark.of(platform, id, pulled, clock.instant()));
        }
    }

    /** True if the image has this name because the platform has pulled it. */
    boolean isPulledAs(ImageReference name, @Nullable List<String> repoTags) {
        return PulledImage.marks(repoTags, platform).stream().anyMatch(mark -> mark.isOf(name));
    }

    /** True if the platform has pulled the image, under whatever name. */
    boolean isPulled(@Nullable List<String> repoTags) {
        return !PulledImage.marks(repoTags, platform).isEmpty();
    }

    void recordUse(String imageId) {
        lastUses.put(imageId, clock.instant());
    }

    /** Removes images until the rest fit, as far as those in use allow. */
    public void tidy() throws EngineFault {
        var ours = images().stream()
                .flatMap(image -> PulledImage.of(image, platform).stream())
                .filter(image -> !image.shared())
                .toList();
        lastUses.keySet().retainAll(ours.stream().map(PulledImage::id).toList());
        for (var image : ours) {
            saveLastUse(image);
        }
        long bytes = ours.stream().mapToLong(PulledImage::bytes).sum();
        if (bytes <= limits.maxBytes()) {
            return;
        }
        var inUse = imagesOfContainers();
        var now = clock.instant();
        var idle = ours.stream()
                .filter(image -> !inUse.contains(image.id()))
                .filter(image -> lastUse(image).plus(IDLE_BEFORE_REMOVAL).isBefore(now))
                .sorted(Comparator.comparing(this::lastUse))
                .toList();
        for (var image : idle) {
            if (bytes <= limits.maxBytes()) {
                return;
            }
            log.info("image removed id={} names={} pulledImagesMiB={}", image.id(), image.names(), bytes / MIB);
            remove(image);
            bytes -= image.bytes();
        }
    }

    private Instant lastUse(PulledImage image) {
        var recorded = lastUses.get(image.id());
        return recorded == null || recorded.isBefore(image.used()) ? image.used() : recorded;
    }

    /** Records the last use on the host, for later spawners, and removes the older marks. */
    private void saveLastUse(PulledImage image) throws EngineFault {
        var last = lastUse(image);
        var marks = PulledImage.marks(image.marks(), platform);
        if (last.isAfter(image.used().plus(NOTE_INTERVAL))) {
            for (var mark : marks) {
                tag(image.id(), mark.usedAt(last));
                untag(mark.name());
            }
        }
    }

    /** Removes the marks last: until then they show that what is left of the image is ours. */
    private void remove(PulledImage image) throws EngineFault {
        for (var name : image.names()) {
            untag(name);
        }
        // The marks may have changed since they were read.
        for (var found : images()) {
            if (found.getId().equals(image.id())) {
                for (var mark :
                        PulledImage.of(found, platform).map(PulledImage::marks).orElse(List.of())) {
                    untag(mark);
                }
            }
        }
        lastUses.remove(image.id());
    }

    private void tag(String imageId, Mark mark) throws EngineFault {
        docker.call(
                LIMIT,
                "tag of an image",
                d -> d.tagImageCmd(imageId, PulledImage.REPOSITORY, mark.tag()).exec());
    }

    /** Docker removes the image with its last name, but not while it has a container. */
    private void untag(String name) throws EngineFault {
        try {
            docker.call(
                    LIMIT, "removal of an image", d -> d.removeImageCmd(name).exec());
        } catch (DockerRefusal e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
            log.debug("image name not removed name={} error={}", name, e.getMessage());
        }
    }

    private List<Image> images() throws EngineFault {
        return docker.call(LIMIT, "list of images", d -> d.listImagesCmd().exec());
    }

    private Set<String> imagesOfContainers() throws EngineFault {
        return docker
                .call(
                        LIMIT,
                        "list of containers",
                        d -> d.listContainersCmd().withShowAll(true).exec())
                .stream()
                .map(Container::getImageId)
                .collect(Collectors.toSet());
    }
}
