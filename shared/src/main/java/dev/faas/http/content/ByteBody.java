package dev.faas.http.content;

import dev.faas.http.content.ByteRange.Requested;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Sends bytes that never change and whose number is known: all of them or one requested range, with conditional requests (RFC
 * 9110, 13 and 14). One piece is in memory at a time: the next one is requested when the previous one has been sent. For
 * event loops.
 */
public final class ByteBody {
    /** Provides the bytes in pieces, from the first one on. */
    @FunctionalInterface
    public interface Source {
        /** The next piece; empty after the last one, or when the rest has been removed. One call at a time. */
        Future<Optional<Buffer>> next();

        static Source of(Buffer whole) {
            return empty().withFirst(whole);
        }

        static Source empty() {
            return () -> Future.succeededFuture(Optional.empty());
        }

        /** Puts a piece that has already been read before this source. */
        default Source withFirst(Buffer first) {
            var rest = this;
            return new Source() {
                private boolean firstReturned;

                @Override
                public Future<Optional<Buffer>> next() {
                    if (firstReturned) {
                        return rest.next();
                    }
                    firstReturned = true;
                    return Future.succeededFuture(Optional.of(first));
                }
            };
        }
    }

    private final String etag;
    private final long length;

    /** @param name unique for these bytes, for ever; without quotation marks
     * @param length of the whole source
     */
    public ByteBody(String name, long length) {
        this.etag = "\"" + name + "\"";
        this.length = length;
    }

    /** May also answer with {@code precondition_failed} or {@code range_not_satisfiable}. Content-Type and other headers must be set
     * before. When the source ends too early, the connection is closed.
     */
    public void send(RoutingContext ctx, Source source) {
        try {
            answer(ctx, source);
        } catch (ProblemException refusal) {
            ctx.fail(refusal);
        }
    }

    private void answer(RoutingContext ctx, Source source) {
        var request = ctx.request();
        var response = ctx.response();
        requireIfMatch(request.headers().getAll(HttpHeaders.IF_MATCH));
        var range = Optional.<ByteRange>empty();
        boolean known = matches(request.headers().getAll(HttpHeaders.IF_NONE_MATCH), ByteBody::withoutWeakMark);
        if (!known && request.method().equals(HttpMethod.GET) && isRangeAllowed(request.getHeader("If-Range"))) {
            range = requestedRange(ctx);
        }
        response.putHeader(HttpHeaders.ETAG, etag)
                .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache")
                .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (known) {
            response.headers().remove(HttpHeaders.CONTENT_TYPE);
            ctx.response().setStatusCode(304).end();
            return;
        }
        range.ifPresent(
                it -> response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, it.contentRange(length)));
        var sent = range.or(() -> ByteRange.whole(length));
        response.putHeader(
                HttpHeaders.CONTENT_LENGTH,
                Long.toString(sent.map(it -> it.to() - it.from()).orElse(0L)));
        if (sent.isEmpty() || request.method().equals(HttpMethod.HEAD)) {
            ctx.end();
        } else {
            new Transfer(ctx, source, sent.get()).sendNext();
        }
    }

    private void requireIfMatch(List<String> conditions) {
        if (!conditions.isEmpty() && !matches(conditions, UnaryOperator.identity())) {
            throw Problem.of(
                            412,
                            "precondition_failed",
                            "Precondition failed",
                            "If-Match names other bytes than these. Leave it out, or send their ETag.")
                    .asException();
        }
    }

    private Optional<ByteRange> requestedRange(RoutingContext ctx) {
        return switch (ByteRange.of(ctx.request().headers().getAll("Range"), length)) {
            case Requested.Whole whole -> Optional.empty();
            case Requested.Part(var range) -> Optional.of(range);
            case Requested.Unsatisfiable nothing -> {
                ctx.response().putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + length);
                throw Problem.of(
                                416,
                                "range_not_satisfiable",
                                "Range not satisfiable",
                                "There are " + length + " bytes, and the range begins after the last one.")
                        .asException();
            }
        };
    }

    /** A date in If-Range never matches, because these bytes have no date of a change. */
    private boolean isRangeAllowed(@Nullable String condition) {
        return condition == null || condition.strip().equals(etag);
    }

    private boolean matches(List<String> headers, UnaryOperator<String> asCompared) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .map(asCompared)
                .anyMatch(each -> each.equals("*") || each.equals(etag));
    }

    /** For the weak comparison of If-None-Match. */
    private static String withoutWeakMark(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    private static final class Transfer {
        private final RoutingContext ctx;
        private final Source source;
        private final ByteRange range;
        private long position;

        Transfer(RoutingContext ctx, Source source, ByteRange range) {
            this.ctx = ctx;
            this.source = source;
            this.range = range;
        }

        void sendNext() {
            source.next().onFailure(ctx::fail).onSuccess(next -> next.ifPresentOrElse(this::send, this::cutOff));
        }

        private void send(Buffer bytes) {
            long from = Math.max(range.from() - position, 0);
            long to = Math.min(range.to() - position, bytes.length());
            position += bytes.length();
            if (from >= to) {
                sendNext();
                return;
            }
            // A failed write means that the client is gone.
            ctx.response().write(bytes.slice((int) from, (int) to)).onSuccess(written -> {
                if (position >= range.to()) {
                    ctx.end();
                } else {
                    sendNext();
                }
            });
        }

        private void cutOff() {
            ctx.response().headers().remove(HttpHeaders.CONTENT_LENGTH).remove(HttpHeaders.CONTENT_RANGE);
            ctx.fail(Problem.unavailable("nats").asException());
        }
    }
}
