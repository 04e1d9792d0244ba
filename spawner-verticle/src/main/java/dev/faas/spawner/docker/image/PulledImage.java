package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.Image;
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
 * An image that a spawner of this platform has pulled onto this Docker host. That stands on the host itself, as tags of
 * the image, so that it outlives the spawner, is the same for all spawners there, and goes when the image goes:
 *
 * <pre>
 *   faas-pulled:&lt;platform&gt;.&lt;image&gt;.&lt;repository&gt;.&lt;reference&gt;.&lt;used&gt;
 *
 *   image                   12 digits of its id: a tag is of one image only
 *   repository, reference   12 digits of a hash of what it was pulled under, to tell our names of it from others'
 *   used                    when it was used last, seconds since 1970, not to the minute
 * </pre>
 *
 * @param names under which we have pulled it; our marks come last, as with the last name an image goes
 * @param shared it has names too that others have given it: it is not ours alone, and stays
 */
public record PulledImage(String id, long bytes, Instant used, List<String> marks, List<String> names, boolean shared) {

    /** One such tag. */
    record Mark(String platform, String image, String repository, String reference, Instant used) {
        private static final Pattern TAG =
                Pattern.compile("([A-Za-z0-9_-]+)\\.([0-9a-f]{12})\\.([0-9a-f]{12})\\.([0-9a-f]{12})\\.([0-9]{1,12})");

        static Mark of(String platform, String imageId, ImageName pulled, Instant used) {
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

        Mark at(Instant later) {
            return new Mark(platform, image, repository, reference, later);
        }

        String tag() {
            return "%s.%s.%s.%s.%d".formatted(platform, image, repository, reference, used.getEpochSecond());
        }

        String name() {
            return REPOSITORY + ":" + tag();
        }

        boolean isOf(ImageName pulled) {
            return reference.equals(hash(pulled.toString()));
        }
    }

    static final String REPOSITORY = "faas-pulled";

    private static final int DIGITS = 12;

    /** Empty when it was not this platform that pulled it. */
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
        var ours = new ArrayList<String>();
        boolean shared = false;
        for (var name : tags) {
            if (Mark.read(name).filter(mark -> mark.platform().equals(platform)).isEmpty()) {
                boolean pulled = references.contains(hash(ImageName.of(name).toString()));
                shared |= !pulled;
                ours.addAll(pulled ? List.of(name) : List.of());
            }
        }
        for (var name : list(image.getRepoDigests())) {
            var repository = ImageName.of(name).repository();
            boolean pulled = repositories.contains(hash(repository));
            // Some stores give a digest to every repository, that of our marks too.
            shared |= !pulled && !repository.equals(REPOSITORY);
            ours.addAll(pulled ? List.of(name) : List.of());
        }
        var used = marks.stream().map(Mark::used).max(Instant::compareTo).orElseThrow();
        return Optional.of(new PulledImage(
                image.getId(),
                image.getSize(),
                used,
                marks.stream().map(Mark::name).toList(),
                ours,
                shared));
    }

    /** Of these names of an image, those that are marks of this platform. */
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
