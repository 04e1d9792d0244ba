package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.image.PulledImage.Mark;
import dev.faas.spawner.engine.EngineFault;
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
 * The images of this host that the platform has pulled ({@link PulledImage}), and the bound on the disk they take: over it
 * those go that were not used for longest. Never one that somebody else has put there or named, never one with a container.
 */
public final class PulledImages {

    private static final Logger log = LoggerFactory.getLogger(PulledImages.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** A boot may be about to make a container of it. */
    private static final Duration JUST_USED = Duration.ofMinutes(1);
    /** So exact is what stands on the host of the last use. */
    private static final Duration NOTED_EVERY = Duration.ofMinutes(10);

    private static final long MIB = 1 << 20;

    private final DockerCalls docker;
    private final String platform;
    private final long maxBytes;
    private final InstantSource clock;
    private final Map<String, Instant> used = new ConcurrentHashMap<>();

    public PulledImages(DockerCalls docker, String platform, long maxBytes, InstantSource clock) {
        this.docker = docker;
        this.platform = platform;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** The ids of all images there are, whosever. */
    Set<String> present() throws EngineFault {
        return images().stream().map(Image::getId).collect(Collectors.toSet());
    }

    /**
     * A pull has ended well. What was there before it was pulled by somebody else, unless it has our mark.
     *
     * @param before which images there were
     */
    void arrived(ImageName pulled, Set<String> before) throws EngineFault {
        var image = docker.within(
                LIMIT,
                "inspect of an image",
                d -> d.inspectImageCmd(pulled.toString()).exec());
        var id = String.valueOf(image.getId());
        used(id);
        var marks = PulledImage.marks(image.getRepoTags(), platform);
        boolean marked = marks.stream().anyMatch(mark -> mark.isOf(pulled));
        if (!marked && (!before.contains(id) || !marks.isEmpty())) {
            tag(id, Mark.of(platform, id, pulled, clock.instant()));
        }
    }

    /** Whether it was us who gave the image this name, by pulling it. */
    boolean pulledAs(ImageName name, @Nullable List<String> repoTags) {
        return PulledImage.marks(repoTags, platform).stream().anyMatch(mark -> mark.isOf(name));
    }

    void used(String imageId) {
        used.put(imageId, clock.instant());
    }

    /** Keeps to the bound, as far as what is in use allows. */
    public void tidy() throws EngineFault {
        var ours = images().stream()
                .flatMap(image -> PulledImage.of(image, platform).stream())
                .filter(image -> !image.shared())
                .toList();
        used.keySet().retainAll(ours.stream().map(PulledImage::id).toList());
        for (var image : ours) {
            note(image);
        }
        long bytes = ours.stream().mapToLong(PulledImage::bytes).sum();
        if (bytes <= maxBytes) {
            return;
        }
        var kept = inContainers();
        var now = clock.instant();
        var idle = ours.stream()
                .filter(image -> !kept.contains(image.id()))
                .filter(image -> lastUse(image).plus(JUST_USED).isBefore(now))
                .sorted(Comparator.comparing(this::lastUse))
                .toList();
        for (var image : idle) {
            if (bytes <= maxBytes) {
                return;
            }
            log.info("image {} {} goes: pulled images take {} MiB", image.id(), image.names(), bytes / MIB);
            remove(image);
            bytes -= image.bytes();
        }
    }

    private Instant lastUse(PulledImage image) {
        var here = used.get(image.id());
        return here == null || here.isBefore(image.used()) ? image.used() : here;
    }

    /** Writes the last use down where a later spawner finds it, and takes the older marks away. */
    private void note(PulledImage image) throws EngineFault {
        var last = lastUse(image);
        var marks = PulledImage.marks(image.marks(), platform);
        if (last.isAfter(image.used().plus(NOTED_EVERY))) {
            for (var mark : marks) {
                tag(image.id(), mark.at(last));
                untag(mark.name());
            }
        }
    }

    /** The mark goes last: until then it is known that what is left of it is ours. */
    private void remove(PulledImage image) throws EngineFault {
        for (var name : image.names()) {
            untag(name);
        }
        // As marks may have been renewed since they were read.
        for (var found : images()) {
            if (found.getId().equals(image.id())) {
                for (var mark :
                        PulledImage.of(found, platform).map(PulledImage::marks).orElse(List.of())) {
                    untag(mark);
                }
            }
        }
        used.remove(image.id());
    }

    private void tag(String imageId, Mark mark) throws EngineFault {
        docker.within(
                LIMIT,
                "tag of an image",
                d -> d.tagImageCmd(imageId, PulledImage.REPOSITORY, mark.tag()).exec());
    }

    /** With the last name the image goes; Docker refuses that while there is a container of it. */
    private void untag(String name) throws EngineFault {
        try {
            docker.within(
                    LIMIT, "removal of an image", d -> d.removeImageCmd(name).exec());
        } catch (DockerRefusal e) {
            if (!e.notFound() && !e.conflict()) {
                throw e;
            }
            log.debug("{} stays or is gone: {}", name, e.getMessage());
        }
    }

    private List<Image> images() throws EngineFault {
        return docker.within(LIMIT, "list of images", d -> d.listImagesCmd().exec());
    }

    private Set<String> inContainers() throws EngineFault {
        return docker
                .within(
                        LIMIT,
                        "list of containers",
                        d -> d.listContainersCmd().withShowAll(true).exec())
                .stream()
                .map(Container::getImageId)
                .collect(Collectors.toSet());
    }
}
