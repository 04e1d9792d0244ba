package dev.faas.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Body handlers for the routes that want one (none is installed globally, since a proxied body must not pass one), and
 * strict readers of what they read. A body is UTF-8, and not compressed.
 */
public final class Bodies {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String DECLARED_TYPES = Bodies.class.getName();

    private Bodies() {}

    /** Reads {@code application/json}; 415 for another type, 413 above the limit, 408 when it takes too long. */
    public static Handler<RoutingContext> json(int maxBytes) {
        return accepting(maxBytes, List.of(JSON));
    }

    /** Reads {@code text/plain}. */
    public static Handler<RoutingContext> text(int maxBytes) {
        return accepting(maxBytes, List.of("text/plain"));
    }

    /** Reads {@code application/merge-patch+json} or {@code application/json} (RFC 7396). */
    public static Handler<RoutingContext> mergePatch(int maxBytes) {
        return accepting(maxBytes, List.of(MERGE_PATCH, JSON));
    }

    /** Reads a body of one of these types. An empty body needs no type. */
    public static Handler<RoutingContext> accepting(int maxBytes, List<String> types) {
        var reader = BodyHandler.create(false).setBodyLimit(maxBytes);
        return ctx -> {
            if (isAnnounced(ctx)) {
                MediaType.require(ctx, types);
            }
            limitArrival(ctx, () -> ctx.fail(408));
            ctx.put(BodyLimit.class.getName(), new BodyLimit(maxBytes));
            reader.handle(ctx);
        };
    }

    /** Runs {@code late} when the body is not all there after the time that one may take. */
    public static void limitArrival(RoutingContext ctx, Runnable late) {
        if (!ctx.request().isEnded()) {
            var limit = Exchange.of(ctx).requestTimeout().toMillis();
            var timer = ctx.vertx().setTimer(limit, over -> late.run());
            ctx.request().end().onComplete(arrived -> ctx.vertx().cancelTimer(timer));
        }
    }

    /** The limit of the body reader that a request has met, for the 413 that names it. */
    record BodyLimit(int bytes) {
        static Problem exceeded(RoutingContext ctx) {
            BodyLimit limit = ctx.get(BodyLimit.class.getName());
            return limit == null
                    ? Problems.standard(413)
                    : Problem.tooLarge(
                            "body_too_large",
                            "Body too large",
                            "The body is larger than the " + limit.bytes() + " bytes that this call takes.",
                            limit.bytes());
        }
    }

    /** Is the body said to be JSON, as opposed to text? */
    public static boolean isJson(RoutingContext ctx) {
        return MediaType.of(ctx).map(MediaType::isJson).orElse(false);
    }

    /** The body to the byte; empty when there is none. */
    public static Buffer bytes(RoutingContext ctx) {
        var body = ctx.body().buffer();
        return body == null ? Buffer.buffer() : body;
    }

    /** The body as text, to the byte; 400 when it is not UTF-8. */
    public static String utf8(RoutingContext ctx) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(ctx).getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("", "the body is not UTF-8").asException();
        }
    }

    /** The body as one JSON object, strictly parsed: what {@link JsonFields#of(RoutingContext)} reads. */
    public static ObjectNode object(RoutingContext ctx) {
        if (bytes(ctx).length() == 0) {
            throw Problem.invalid("", "a JSON object is expected as the body").asException();
        }
        MediaType.require(ctx, List.of(JSON, MERGE_PATCH));
        return StrictJson.object(bytes(ctx).getBytes());
    }

    /** Does the head of the request say that there is a body? */
    public static boolean isAnnounced(RoutingContext ctx) {
        var headers = ctx.request().headers();
        var length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return headers.contains(HttpHeaders.TRANSFER_ENCODING) || (length != null && !length.equals("0"));
    }

    /** Tells those who ask by OPTIONS that a route takes other types than JSON, which is what all others are said to take. */
    public static Route declareTypes(Route route, List<String> types) {
        return route.putMetadata(DECLARED_TYPES, types);
    }

    static List<String> declaredTypes(Route route, HttpMethod method) {
        List<String> named = route.getMetadata(DECLARED_TYPES);
        if (named != null) {
            return named;
        }
        return method.equals(HttpMethod.PATCH) ? List.of(MERGE_PATCH, JSON) : List.of(JSON);
    }

    /** The header that tells which types a call takes (RFC 9110; RFC 5789 for PATCH). */
    static String acceptHeader(HttpMethod method) {
        return method.equals(HttpMethod.PATCH)
                ? "Accept-Patch"
                : method.equals(HttpMethod.POST) ? "Accept-Post" : "Accept";
    }
}
