package dev.faas.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.content.HeldBodies;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/** Creates body handlers for single routes, and reads bodies strictly: UTF-8, not compressed. No body handler is installed for all
 * routes, because the body of a proxied request must not pass through one.
 */
public final class Bodies {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String DECLARED_TYPES = Bodies.class.getName();
    private static final String RAW = Bodies.class.getName() + ".raw";
    private static final String CALLER = HeldBodies.class.getName();

    private static final int MAX_LENGTH_DIGITS = 18;
    private static final int PARTS_OF_A_PAUSE = 8;
    private static final long NANOS_OF_A_MILLI = 1_000_000;

    private Bodies() {}

    /** Reads {@code application/json}; 415 for another type, 413 above the limit, 408 when it arrives too slowly. */
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
            hold(ctx, maxBytes);
            limitArrival(ctx, () -> ctx.fail(408));
            ctx.put(BodyLimit.class.getName(), new BodyLimit(maxBytes));
            reader.handle(ctx);
        };
    }

    /**
     * Reads a body of any type as it is, for {@link #bytes}; 413 above the limit, 408 when it arrives too slowly.
     *
     * @param maxBytes of this request
     */
    public static Handler<RoutingContext> raw(ToIntFunction<RoutingContext> maxBytes) {
        return ctx -> {
            int limit = maxBytes.applyAsInt(ctx);
            hold(ctx, limit);
            limitArrival(ctx, () -> ctx.fail(408));
            ctx.put(BodyLimit.class.getName(), new BodyLimit(limit));
            if (announcedLength(ctx).orElse(0) > limit) {
                ctx.fail(413);
                return;
            }
            var body = Buffer.buffer();
            ctx.request()
                    .handler(part -> {
                        if (body.length() + part.length() > limit) {
                            // The rest is discarded, not counted.
                            ctx.request().handler(rest -> {}).endHandler(end -> {});
                            ctx.fail(413);
                        } else {
                            body.appendBuffer(part);
                        }
                    })
                    .endHandler(end -> {
                        if (!ctx.failed()) {
                            ctx.put(RAW, body);
                            ctx.next();
                        }
                    });
        };
    }

    /** Counts the bodies of these requests as this caller's. */
    public static void countFor(RoutingContext ctx, String caller) {
        ctx.put(CALLER, caller);
    }

    private static void hold(RoutingContext ctx, int maxBytes) {
        var request = ctx.request();
        // Of a longer one the reader refuses the rest.
        long expected = Math.min(maxBytes, announcedLength(ctx).orElse(request.isEnded() ? 0 : maxBytes));
        if (expected == 0) {
            return;
        }
        var hold = Exchange.of(ctx).bodies().hold(Optional.ofNullable(ctx.get(CALLER)), expected);
        ctx.addEndHandler(over -> hold.release());
        if (!request.isEnded()) {
            request.end().onSuccess(arrived -> hold.arrived(request.bytesRead()));
        }
    }

    /** Refuses a body of another type with 415, for a handler that reads the body itself. */
    public static void requireType(RoutingContext ctx, List<String> types) {
        MediaType.require(ctx, types);
    }

    /** Whether the request declares its body as this type. */
    public static boolean isOfType(RoutingContext ctx, String type) {
        return MediaType.of(ctx).map(it -> it.name().equals(type)).orElse(false);
    }

    /** Runs {@code late} when the body has not ended and nothing was noted for the request timeout. Returns what notes progress. */
    public static Runnable limitPauses(RoutingContext ctx, Runnable late) {
        long limit = Exchange.of(ctx).requestTimeout().toMillis();
        var last = new long[] {System.nanoTime()};
        var timer = ctx.vertx().setPeriodic(Math.max(1, limit / PARTS_OF_A_PAUSE), now -> {
            if (System.nanoTime() - last[0] > limit * NANOS_OF_A_MILLI) {
                last[0] = Long.MAX_VALUE;
                late.run();
            }
        });
        ctx.addEndHandler(over -> ctx.vertx().cancelTimer(timer));
        if (!ctx.request().isEnded()) {
            ctx.request().end().onComplete(arrived -> ctx.vertx().cancelTimer(timer));
        }
        return () -> last[0] = System.nanoTime();
    }

    /** Runs {@code late} when the body has not arrived completely within the request timeout. */
    public static void limitArrival(RoutingContext ctx, Runnable late) {
        if (!ctx.request().isEnded()) {
            var limit = Exchange.of(ctx).requestTimeout().toMillis();
            var timer = ctx.vertx().setTimer(limit, over -> late.run());
            ctx.request().end().onComplete(arrived -> ctx.vertx().cancelTimer(timer));
        }
    }

    /** The limit of the route's body reader, which a 413 names. */
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

    /** Whether the request declares its body as JSON. */
    public static boolean isJson(RoutingContext ctx) {
        return MediaType.of(ctx).map(MediaType::isJson).orElse(false);
    }

    /** The unchanged body; empty when there is none. */
    public static Buffer bytes(RoutingContext ctx) {
        Buffer raw = ctx.get(RAW);
        if (raw != null) {
            return raw;
        }
        var body = ctx.body().buffer();
        return body == null ? Buffer.buffer() : body;
    }

    /** The unchanged body as text; 400 when it is not UTF-8. */
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

    /** The body as one strictly parsed JSON object, for {@link JsonFields#of(RoutingContext)}. */
    public static ObjectNode object(RoutingContext ctx) {
        if (bytes(ctx).length() == 0) {
            throw Problem.invalid("", "a JSON object is expected as the body").asException();
        }
        MediaType.require(ctx, List.of(JSON, MERGE_PATCH));
        return StrictJson.object(bytes(ctx).getBytes());
    }

    /** Empty without {@code Content-Length}: then there is no body, or its length is not known. */
    public static OptionalLong announcedLength(RoutingContext ctx) {
        var header = ctx.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (header == null) {
            return OptionalLong.empty();
        }
        // The HTTP decoder has refused all but numbers; more digits may not fit a long.
        return OptionalLong.of(header.length() > MAX_LENGTH_DIGITS ? Long.MAX_VALUE : Long.parseLong(header.trim()));
    }

    /** Whether the headers of the request announce a body. */
    public static boolean isAnnounced(RoutingContext ctx) {
        var headers = ctx.request().headers();
        var length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return headers.contains(HttpHeaders.TRANSFER_ENCODING) || (length != null && !length.equals("0"));
    }

    /** Sets the body types that the answer to OPTIONS names for a route; without this it names JSON. */
    public static Route declareTypes(Route route, List<String> types) {
        return route.putMetadata(DECLARED_TYPES, types);
    }

    static List<String> declaredTypes(Route route, HttpMethod method) {
        List<String> declared = route.getMetadata(DECLARED_TYPES);
        if (declared != null) {
            return declared;
        }
        return method.equals(HttpMethod.PATCH) ? List.of(MERGE_PATCH, JSON) : List.of(JSON);
    }

    /** The header that names the accepted body types (RFC 9110; RFC 5789 for PATCH). */
    static String acceptHeader(HttpMethod method) {
        return method.equals(HttpMethod.PATCH)
                ? "Accept-Patch"
                : method.equals(HttpMethod.POST) ? "Accept-Post" : "Accept";
    }
}
