package dev.faas.cli.http;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One call of the API. Immutable. */
public final class Request {
    private static final Duration READ_LIMIT = Duration.ofSeconds(30);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final String method;
    private final String path;
    private final Map<String, String> headers;
    private final byte @Nullable [] body;
    private final Duration readLimit;

    private Request(
            String method, String path, Map<String, String> headers, byte @Nullable [] body, Duration readLimit) {
        this.method = method;
        this.path = path;
        this.headers = headers;
        this.body = body;
        this.readLimit = readLimit;
    }

    /** @param path with its query */
    public static Request of(String method, String path) {
        if (!METHODS.contains(method)) {
            throw Failure.usage("'%s' is not a method".formatted(method), "Use one of GET, POST, PUT, PATCH, DELETE.");
        }
        try {
            new URI("http://h" + path);
        } catch (URISyntaxException e) {
            throw Failure.usage(
                    "'%s' is not a path: %s at character %d".formatted(path, e.getReason(), e.getIndex() - 7),
                    "Encode a space as %20 and any other such character by its bytes.");
        }
        return new Request(method, path, Map.of(), null, READ_LIMIT);
    }

    public static Request get(String path) {
        return of("GET", path);
    }

    public Request header(String name, String value) {
        checkHeader(name, value);
        var all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Request(method, path, all, body, readLimit);
    }

    /** Does not print the value, because it may be a token. */
    static void checkHeader(String name, String value) {
        if (!name.chars().allMatch(Request::isOfHeaderName)) {
            throw Failure.usage("'%s' is not the name of a header".formatted(name));
        }
        if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= 0xff && c != 0x7f))) {
            throw Failure.usage(
                    "the value of the header %s has a line break or another character that no header can hold"
                            .formatted(name));
        }
    }

    private static boolean isOfHeaderName(int c) {
        return (c < 0x7f && Character.isLetterOrDigit(c)) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    public Request json(Doc doc) {
        return body("application/json", Doc.compact(doc).getBytes(StandardCharsets.UTF_8));
    }

    public Request body(String type, byte[] bytes) {
        var typed = header("Content-Type", type);
        return new Request(method, path, typed.headers, bytes, readLimit);
    }

    /** @param limit how long the server may be silent */
    public Request readLimit(Duration limit) {
        return new Request(method, path, headers, body, limit);
    }

    /** Makes a repeated submit safe: the server answers the first one again. */
    public Request idempotent(String key) {
        return header(IDEMPOTENCY_KEY, key);
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte @Nullable [] body() {
        return body;
    }

    Duration readLimit() {
        return readLimit;
    }

    /** Whether sending it twice has the effect of sending it once. */
    boolean isRepeatable() {
        return switch (method) {
            case "GET", "HEAD", "PUT", "DELETE" -> true;
            default -> headers.containsKey(IDEMPOTENCY_KEY);
        };
    }

    /** Encodes one part of a path. An empty part or a dot would lead to another address. */
    public static String part(String text) {
        if (text.isEmpty() || text.equals(".") || text.equals("..")) {
            throw Failure.usage(text.isEmpty() ? "the name is empty" : "'%s' is not a name".formatted(text));
        }
        return encode(text);
    }

    /** @param query parts such as {@code since=1h}; empty ones are left out */
    public static String withQuery(String path, Stream<String> query) {
        var text = query.filter(part -> !part.isEmpty()).collect(Collectors.joining("&"));
        return text.isEmpty() ? path : path + "?" + text;
    }

    /** Encodes a value of a query. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
