package dev.faas.wire;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Matches images by their names without tag and digest. It is written as a name is, with a star in the place of any part
 * between slashes; a pattern that begins with a star is for every registry.
 *
 * <pre>
 *   {@literal @}docker/**                    all of Docker's own registry, as docker.io/** is
 *   registry.example:5000/team/*  team/x of that registry, not team/x/y
 *   busybox                       an official image of Docker's registry
 *   **                            any image of any registry
 * </pre>
 *
 * @param text as written
 * @param host with its port; null: any
 * @param path {@code *} stands for one part, {@code **} for any number, also for none
 */
public record ImagePattern(String text, @Nullable String host, List<String> path) {
    public static final String ANY = "**";
    public static final String ALL_OF_DOCKER = "@docker/**";

    private static final String ONE = "*";
    private static final String DOCKER = "@docker";
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");

    public ImagePattern {
        path = List.copyOf(path);
    }

    /** Empty when the text is not a pattern. */
    public static Optional<ImagePattern> parse(String text) {
        var parts = List.of(text.split("/", -1));
        var first = parts.getFirst();
        if (isStar(first)) {
            // Two stars stand for the host and any number of parts.
            var path = first.equals(ANY) ? parts : parts.subList(1, parts.size());
            return path.isEmpty() ? Optional.empty() : parse(text, null, path);
        }
        if (first.equals(DOCKER)) {
            return parse(text, ImageReference.DOCKER_HUB, parts.subList(1, parts.size()));
        }
        return parts.size() > 1 && ImageReference.isHost(first)
                ? parse(text, first, parts.subList(1, parts.size()))
                : parse(text, ImageReference.DOCKER_HUB, parts);
    }

    private static Optional<ImagePattern> parse(String text, @Nullable String host, List<String> path) {
        var example = String.join(
                "/", path.stream().map(part -> isStar(part) ? "any" : part).toList());
        var parsed = ImageReference.parse((host == null ? "registry.example" : host) + "/" + example);
        if (path.isEmpty() || example.contains(":") || example.contains("@") || parsed.isEmpty()) {
            return Optional.empty();
        }
        if (host == null) {
            return Optional.of(new ImagePattern(text, null, path));
        }
        var registry = parsed.get().host();
        boolean official = registry.equals(ImageReference.DOCKER_HUB) && path.size() == 1 && !path.contains(ANY);
        var complete =
                official ? Stream.concat(Stream.of("library"), path.stream()).toList() : path;
        return Optional.of(new ImagePattern(text, registry, complete));
    }

    private static boolean isStar(String part) {
        return part.equals(ONE) || part.equals(ANY);
    }

    public boolean matches(ImageReference image) {
        boolean hostMatches = host == null
                || host.toLowerCase(Locale.ROOT).equals(image.host().toLowerCase(Locale.ROOT));
        return hostMatches && matches(path, List.of(image.path().split("/", -1)));
    }

    private static boolean matches(List<String> pattern, List<String> parts) {
        if (pattern.isEmpty()) {
            return parts.isEmpty();
        }
        var first = pattern.getFirst();
        var rest = pattern.subList(1, pattern.size());
        if (first.equals(ANY)) {
            return rest.isEmpty()
                    || matches(rest, parts)
                    || (!parts.isEmpty() && matches(pattern, parts.subList(1, parts.size())));
        }
        return !parts.isEmpty()
                && (first.equals(ONE) || first.equals(parts.getFirst()))
                && matches(rest, parts.subList(1, parts.size()));
    }

    /**
     * Whether a host can only be one of the platform's own networks: an address in any notation that a resolver reads, a
     * name without a dot, or localhost.
     */
    public static boolean isInnerHost(String hostAndPort) {
        var host = hostAndPort.startsWith("[") ? hostAndPort : hostAndPort.replaceFirst(":[0-9]*$", "");
        var labels = List.of(host.toLowerCase(Locale.ROOT).split("\\.", -1));
        var last = labels.getLast();
        return labels.size() == 1
                || last.equals("localhost")
                || NUMBER.matcher(last).matches();
    }
}
