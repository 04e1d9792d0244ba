package dev.faas.wire;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses an image as {@code docker pull} takes it, {@code [host[:port]/]path[:tag][@digest]}, by the grammar of
 * github.com/distribution/reference, and normalises it: equal records name the same image. A digest replaces the tag;
 * with neither, the tag is {@code latest}, because Docker would pull every tag.
 *
 * <pre>
 *   busybox                         docker.io   library/busybox            busybox:latest
 *   index.docker.io/ada/resize:1    docker.io   ada/resize                 ada/resize:1
 *   library/evil.example/x          docker.io   library/evil.example/x     library/evil.example/x:latest
 *   registry.example:5000/a:1       registry.example:5000   a              registry.example:5000/a:1
 *   as typed                        host        path                       toString
 * </pre>
 *
 * @param host with its port; {@link #DOCKER_HUB} where the reference names none
 * @param path complete: official images of Docker Hub have {@code library/} in front
 * @param tag null when there is a digest
 * @param digest {@code sha256:…}
 */
public record ImageReference(
        String host,
        String path,
        @Nullable String tag,
        @Nullable String digest) {

    public static final int MAX_LENGTH = 512;
    public static final String DOCKER_HUB = "docker.io";

    private static final String DOCKER_HUB_OLD_HOST = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final int MAX_NAME_LENGTH = 255;
    private static final Pattern PATH =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*)*");
    /** Docker would take DOCKER.IO for another registry than its own, so upper case is refused. */
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";

    private static final Pattern HOST =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-f:]{2,45}])(?::[0-9]{1,5})?");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
    /** Docker reads such a name as an image's id. */
    private static final Pattern BARE_ID = Pattern.compile("[0-9a-f]{64}");
    /** Docker reads such a name with a tag as the beginning of an image's id, which may be another's image. */
    private static final Pattern ALGORITHM = Pattern.compile("sha256|sha384|sha512");

    /** Empty when the text is not an image reference. */
    public static Optional<ImageReference> parse(String text) {
        if (text.length() > MAX_LENGTH || DIGEST.matcher(text).matches()) {
            return Optional.empty();
        }
        int at = text.indexOf('@');
        var digest = at < 0 ? null : text.substring(at + 1);
        var beforeDigest = at < 0 ? text : text.substring(0, at);
        // A colon before the last slash belongs to a port.
        int colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
        var tag = colon < 0 ? "latest" : beforeDigest.substring(colon + 1);
        var name = colon < 0 ? beforeDigest : beforeDigest.substring(0, colon);
        boolean valid = name.length() <= MAX_NAME_LENGTH
                && !BARE_ID.matcher(name).matches()
                && TAG.matcher(tag).matches()
                && (digest == null || DIGEST.matcher(digest).matches());
        return valid ? parseName(name, digest == null ? tag : null, digest) : Optional.empty();
    }

    private static Optional<ImageReference> parseName(String name, @Nullable String tag, @Nullable String digest) {
        boolean namesHost = startsWithHost(name);
        var host = namesHost ? name.substring(0, name.indexOf('/')) : DOCKER_HUB;
        var path = namesHost ? name.substring(name.indexOf('/') + 1) : name;
        if (!HOST.matcher(host).matches() || !PATH.matcher(path).matches()) {
            return Optional.empty();
        }
        if (host.equals(DOCKER_HUB_OLD_HOST)) {
            host = DOCKER_HUB;
        }
        if (host.equals(DOCKER_HUB) && path.indexOf('/') < 0) {
            path = OFFICIAL + path;
        }
        return Optional.of(new ImageReference(host, path, tag, digest));
    }

    /** Docker's rule: only a first component that cannot be part of a path is a host. */
    private static boolean startsWithHost(String name) {
        int slash = name.indexOf('/');
        return slash >= 0 && isHost(name.substring(0, slash));
    }

    /** Whether Docker reads the first of several components as a registry. */
    static boolean isHost(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    /**
     * The name without tag and digest, as Docker lists it: without the host of Docker Hub, and without {@code library/}
     * in front of a single component. Where that would name another registry or an image's id, the host stays
     * (Docker drops it there too, and confuses the two).
     */
    public String repository() {
        if (!host.equals(DOCKER_HUB)) {
            return host + "/" + path;
        }
        boolean official = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0;
        var shortName = official ? path.substring(OFFICIAL.length()) : path;
        boolean ambiguous = startsWithHost(shortName)
                || BARE_ID.matcher(shortName).matches()
                || ALGORITHM.matcher(shortName).matches();
        return ambiguous ? host + "/" + path : shortName;
    }

    /** The same repository at another digest. */
    public ImageReference withDigest(String otherDigest) {
        return new ImageReference(host, path, null, otherDigest);
    }

    /** The normal form, which parses to an equal record. */
    @Override
    public String toString() {
        return digest == null ? repository() + ":" + tag : repository() + "@" + digest;
    }
}
