package dev.faas.gateway.submit;

import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What a client submits: JSON with the argument in it, or text that is the argument, to the byte.
 *
 * @param timeoutSeconds empty: the function's own
 */
public record Submission(String argument, OptionalInt timeoutSeconds, Map<String, String> tags) {
    public static final List<String> TYPES = List.of("application/json", "text/plain");

    /** What one argument of a Linux command line holds: 128 KiB with the NUL that ends it. */
    static final int MAX_ARGUMENT_BYTES = 131_071;

    /** JSON may write each byte of an argument as six ({@code \\u0001}); and the tags. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    private static final int MAX_TIMEOUT_SECONDS = 24 * 60 * 60;
    private static final int MAX_TAGS = 16;
    private static final int MAX_TAG_VALUE = 256;
    private static final Pattern TAG_KEY = Pattern.compile("[^\\p{Cntrl}:]{1,64}");
    private static final Pattern ANY = Pattern.compile("(?s).*+");

    public Submission {
        if (argument.indexOf('\0') >= 0) {
            throw Problem.invalid("argument", "must be text without NUL").asException();
        }
        if (argument.length() > MAX_ARGUMENT_BYTES
                || argument.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT_BYTES) {
            throw tooLarge();
        }
    }

    /** Reads the body that {@link #of} then understands. */
    public static Handler<RoutingContext> body() {
        var reader = Bodies.accepting(MAX_BODY_BYTES, TYPES);
        return ctx -> {
            // A text is never longer than its argument: said before it is read.
            if (!Bodies.isJson(ctx) && announced(ctx) > MAX_ARGUMENT_BYTES) {
                throw tooLarge();
            }
            reader.handle(ctx);
        };
    }

    public static Submission of(RoutingContext ctx) {
        if (Bodies.bytes(ctx).length() == 0) {
            return new Submission("", OptionalInt.empty(), Map.of());
        }
        if (!Bodies.isJson(ctx)) {
            return new Submission(Bodies.utf8(ctx), OptionalInt.empty(), Map.of());
        }
        var fields = JsonFields.of(ctx);
        var argument = fields.text("argument", ANY, "be text without NUL");
        var timeout = fields.optionalInteger("timeoutSeconds", 1, MAX_TIMEOUT_SECONDS);
        var tags = fields.textMap(
                "tags", MAX_TAGS, TAG_KEY, "have 1 to 64 characters, no ':' and no control character", MAX_TAG_VALUE);
        fields.requireValid();
        return new Submission(argument, timeout, tags);
    }

    private static long announced(RoutingContext ctx) {
        var length = ctx.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return 0;
        }
        // The decoder has refused what is no number; one beyond a long has more than 18 digits.
        return length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length.trim());
    }

    private static RuntimeException tooLarge() {
        return Problem.tooLarge(
                        "argument_too_large",
                        "Argument too large",
                        "An argument has at most " + MAX_ARGUMENT_BYTES
                                + " bytes of UTF-8. Put more into a place that the function can read from.",
                        MAX_ARGUMENT_BYTES)
                .asException();
    }

    @Override
    public String toString() {
        return "Submission[" + argument.length() + " characters, " + tags.size() + " tags]";
    }
}
