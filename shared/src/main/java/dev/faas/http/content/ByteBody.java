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

/**
 * An answer of bytes that never change and whose number is known: whole, or the one range that is asked for, under the
 * conditions that go with it (RFC 9110, 13 and 14). One piece is in memory at a time: the next is asked for when the one
 * before has left. For event loops.
 */
public final class ByteBody {
    /** Where the bytes come from, piece by piece from the first one on. */
    @FunctionalInterface
    public interface Source {
        /** The next piece; empty after the last one, or when the rest is gone. One call at a time. */
        Future<Optional<Buffer>> next();

        /** All in one piece. */
        static Source of(Buffer whole) {
            return empty().withFirst(whole);
        }

        static Source empty() {
            return () -> Future.succeededFuture(Optional.empty());
        }

        /** This, behind a piece that has been taken already. */
        default Source withFirst(Buffer first) {
            var rest = this;
            return new Source() {
                private boolean begun;

                @Override
                public Future<Optional<Buffer>> next() {
                    if (begun) {
                        return rest.next();
                    }
                    begun = true;
                    return Future.succeededFuture(Optional.of(first));
                }
            };
        }
    }

    private final String etag;
    private final long length;

    /**
     * @param name different for different bytes, for ever; without quotation marks
     * @param length what the source has in all
     */
    public ByteBody(String name, long length) {
        this.etag = "\"" + name + "\"";
        this.length = length;
    }

    /**
     * Answers, also with {@code precondition_failed} and {@code range_not_satisfiable}. Type and other heads are set before.
     * A source that ends too early breaks the connection off.
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

    /** Never by a date: there is none that these bytes have changed at. */
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

    /** The weak comparison. */
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
            // A write that fails has lost its client.
            ctx.response().write(bytes.slice((int) from, (int) to)).onSuccess(gone -> {
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
