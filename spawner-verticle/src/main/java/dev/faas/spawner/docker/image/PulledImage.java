package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.Image;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes an image that this platform has pulled onto this Docker host. That is recorded by tags on the image itself,
 * so the record outlives the spawner, is the same for all spawners on the host, and goes with the image:
 *
 * <pre>
 *   faas-pulled:&lt;platform&gt;.&lt;image&gt;.&lt;repository&gt;.&lt;reference&gt;.&lt;used&gt;
 *
 *   image                   12 digits of the image's id, because a tag can be on one image only
 *   repository, reference   12 digits of a hash of the name it was pulled under, to tell our names from those of others
 *   used                    last use in seconds since 1970, exact to ten minutes
 * </pre>
 *
 * @param names under which the platform has pulled it; remove the marks after them, because Docker removes the image
 *     with its last name
 * @param shared it also has names that others gave it, so the platform must not remove it
 */
public record PulledImage(String id, long bytes, Instant used, List<String> marks, List<String> names, boolean shared) {

    /** One such tag, as parsed. */
    record Mark(String platform, String image, String repository, String reference, Instant used) {
        private static final Pattern TAG =
                Pattern.compile("([A-Za-z0-9_-]+)\\.([0-9a-f]{12})\\.([0-9a-f]{12})\\.([0-9a-f]{12})\\.([0-9]{1,12})");

        static Mark of(String platform, String imageId, ImageReference pulled, Instant used) {
            return new Mark(platform, digits(imageId), hash(pulled.repository()), hash(pulled.toString()), used);
        }

        static Optional<Mark> read(String name) {
            if (!name.startsWith(REPOSITORY + ":")) {
                return Optional.empty();
            }
            var parts = TAG.matcher(name.substring(REPOSITORY.length() + 1));
            return parts.matches()
                    ? Optional.of(new Mark(
                            parts.group(1),
                            parts.group(2),
                            parts.group(3),
                            parts.group(4),
                            Instant.ofEpochSecond(Long.parseLong(parts.group(5)))))
                    : Optional.empty();
        }

        Mark usedAt(Instant later) {
            return new Mark(platform, image, repository, reference, later);
        }

        String tag() {
            return "%s.%s.%s.%s.%d".formatted(platform, image, repository, reference, used.getEpochSecond());
        }

        String name() {
            return REPOSITORY + ":" + tag();
        }

        boolean isOf(ImageReference pulled) {
            return reference.equals(hash(pulled.toString()));
        }
    }

    static final String REPOSITORY = "faas-pulled";

    private static final int DIGITS = 12;

    /** Empty if this platform did not pull the image. */
    public static Optional<PulledImage> of(Image image, String platform) {
        var tags = list(image.getRepoTags());
        var marks = marks(tags, platform);
        if (marks.isEmpty()) {
            return Optional.empty();
        }
        Set<String> repositories = new HashSet<>();
        Set<String> references = new HashSet<>();
        marks.forEach(mark -> {
            repositories.add(mark.repository());
            references.add(mark.reference());
        });
        var pulledNames = new ArrayList<String>();
        boolean shared = false;
        for (var name : tags) {
            if (Mark.read(name).filter(mark -> mark.platform().equals(platform)).isEmpty()) {
                boolean pulled = ImageReference.parse(name)
                        .filter(read -> references.contains(hash(read.toString())))
                        .isPresent();
                shared |= !pulled;
                pulledNames.addAll(pulled ? List.of(name) : List.of());
            }
        }
        for (var name : list(image.getRepoDigests())) {
            var repository =
                    ImageReference.parse(name).map(ImageReference::repository).orElse(name);
            boolean pulled = repositories.contains(hash(repository));
            // Some image stores list a digest for every repository, also for that of our marks.
            shared |= !pulled && !repository.equals(REPOSITORY);
            pulledNames.addAll(pulled ? List.of(name) : List.of());
        }
        var used = marks.stream().map(Mark::used).max(Instant::compareTo).orElseThrow();
        return Optional.of(new PulledImage(
                image.getId(),
                image.getSize(),
                used,
                marks.stream().map(Mark::name).toList(),
                pulledNames,
                shared));
    }

    /** The marks of this platform among an image's names. */
    static List<Mark> marks(@Nullable List<String> names, String platform) {
        return names == null
                ? List.of()
                : names.stream()
                        .flatMap(name -> Mark.read(name).stream())
                        .filter(mark -> mark.platform().equals(platform))
                        .toList();
    }

    private static List<String> list(String @Nullable [] names) {
        return names == null
                ? List.of()
                : List.of(names).stream()
                        .filter(name -> !name.startsWith("<none>"))
                        .toList();
    }

    private static String digits(String imageId) {
        return imageId.substring(imageId.indexOf(':') + 1).substring(0, DIGITS);
    }

    private static String hash(String name) {
        return Sha256.hex(name).substring(0, DIGITS);
    }
}
