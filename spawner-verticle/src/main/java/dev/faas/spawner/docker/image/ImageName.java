package dev.faas.spawner.docker.image;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What names an image, in the form that Docker lists it under: {@code docker.io/library/} is left out.
 *
 * @param repository with the registry's host, unless that is Docker's own
 * @param tag null when there is a digest, which says more
 */
public record ImageName(
        String repository, @Nullable String tag, @Nullable String digest) {

    /** The host of Docker's own registry. */
    static final String DOCKER_HUB = "docker.io";

    private static final List<String> IMPLIED = List.of("index.docker.io/", "docker.io/", "library/");

    /** Whatever the text is: Docker itself says what is wrong with one that is no reference. */
    public static ImageName of(String reference) {
        int at = reference.indexOf('@');
        var named = at < 0 ? reference : reference.substring(0, at);
        int colon = named.lastIndexOf(':'); // of a tag, unless it is a registry's port
        boolean tagged = colon > named.lastIndexOf('/');
        var repository = familiar(tagged ? named.substring(0, colon) : named);
        if (at >= 0) {
            return new ImageName(repository, null, reference.substring(at + 1));
        }
        // Without a tag Docker would pull every tag there is.
        return new ImageName(repository, tagged ? named.substring(colon + 1) : "latest", null);
    }

    private static String familiar(String repository) {
        var rest = repository;
        for (var implied : IMPLIED) {
            rest = rest.startsWith(implied) ? rest.substring(implied.length()) : rest;
        }
        return rest;
    }

    ImageName at(String otherDigest) {
        return new ImageName(repository, null, otherDigest);
    }

    /** The host, with its port, that it is pulled from; by Docker's own rule, as a login is sent there. */
    String registry() {
        int slash = repository.indexOf('/');
        var first = slash < 0 ? "" : repository.substring(0, slash);
        return first.contains(".")
                        || first.contains(":")
                        || first.equals("localhost")
                        || !first.equals(first.toLowerCase(Locale.ROOT))
                ? first
                : DOCKER_HUB;
    }

    /** Of an image that is listed under these: its digest in this repository, by which others can have it too. */
    Optional<String> digestAmong(@Nullable List<String> repoDigests) {
        return repoDigests == null
                ? Optional.empty()
                : repoDigests.stream()
                        .map(ImageName::of)
                        .filter(listed -> listed.repository.equals(repository))
                        .flatMap(listed -> Optional.ofNullable(listed.digest).stream())
                        .findFirst();
    }

    @Override
    public String toString() {
        return digest == null ? repository + ":" + tag : repository + "@" + digest;
    }
}
