package dev.faas.outgoing;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A POST.
 *
 * @param timeout from the look-up of the name to the last byte of the response
 */
public record OutgoingRequest(OutgoingUrl url, Map<String, String> headers, Buffer body, Duration timeout) {
    /** They belong to the connection or say where the body ends; a user's could let one request pass for two. */
    private static final Set<String> RESERVED = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String RESERVED_PREFIX = "proxy-";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e\\t]*[\\x21-\\x7e])?|");

    public OutgoingRequest {
        headers = Map.copyOf(headers);
        headers.forEach((name, value) -> headerProblem(name, value).ifPresent(problem -> {
            throw new IllegalArgumentException("header " + name + " must " + problem);
        }));
    }

    /** What is wrong with a header that a user gives; continues "must". */
    public static Optional<String> headerProblem(String name, String value) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            return Optional.of("have a name of letters, digits and hyphens");
        }
        if (RESERVED.contains(lower) || lower.startsWith(RESERVED_PREFIX)) {
            return Optional.of("not be given: the platform sets it");
        }
        return VALUE.matcher(value).matches() ? Optional.empty() : Optional.of("have a value of printable ASCII");
    }
}
