package dev.faas.system.contract;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the first line of a request.
 *
 * @param uri null if it is not a valid address
 */
record Call(String method, @Nullable URI uri) {
    /** A line that does not match has no address. */
    private static final Pattern REQUEST_LINE = Pattern.compile("(?m)^([A-Za-z]+) ([!-~]+) HTTP/1\\.[01]\r?$");

    private static final Pattern NEVER_IN_A_URI = Pattern.compile("[\"<>\\\\^`{|}]");

    static Call of(HttpRequest request) {
        return new Call(request.method(), request.uri());
    }

    static Call of(String method, String target) {
        try {
            return new Call(method, new URI(escaped(target)));
        } catch (URISyntaxException none) {
            return new Call(method, null);
        }
    }

    /** Servers accept more addresses than {@link URI} does. */
    private static String escaped(String target) {
        return NEVER_IN_A_URI
                .matcher(target)
                .replaceAll(odd -> "%%%02x".formatted((int) odd.group().charAt(0)));
    }

    /** The requests whose first lines are in these bytes, in their order. */
    static List<Call> in(String latin1) {
        return REQUEST_LINE
                .matcher(latin1)
                .results()
                .map(line -> of(line.group(1), line.group(2)))
                .toList();
    }

    /** The path; empty if there is none. */
    Optional<URI> address() {
        return Optional.ofNullable(uri)
                .filter(there ->
                        there.getRawPath() != null && there.getRawPath().startsWith("/"));
    }

    @Override
    public String toString() {
        return method + " " + uri;
    }
}
