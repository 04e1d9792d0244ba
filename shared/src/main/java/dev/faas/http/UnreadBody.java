package dev.faas.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Discards the body of a request that is rejected before its end. */
final class UnreadBody {
    /** Up to this size it is cheaper to read the body than to reconnect. */
    private static final long KEEP_ALIVE_BYTES = 64 << 10;

    /** Time for the answer to arrive before the connection is closed, which causes a reset when bytes are unread. */
    private static final long LINGER_MS = 2_000;

    /** Request timeout: the rest of the body may never arrive. */
    private static final int NOT_IN_TIME = 408;

    /** RFC 9113, 8.1: the answer counts. */
    private static final long NO_ERROR = 0;

    private UnreadBody() {}

    /** Must be called before the answer is written. Reads a small body; closes the connection after the answer for a larger one. */
    static void discard(RoutingContext ctx, int status) {
        var request = ctx.request();
        if (request.isEnded()) {
            return;
        }
        var connection = request.connection();
        if (status == NOT_IN_TIME
                || !isSmall(
                        request.getHeader(HttpHeaders.CONTENT_LENGTH),
                        request.getHeader(HttpHeaders.TRANSFER_ENCODING))) {
            if (request.version() == HttpVersion.HTTP_2) {
                // Ends this request, and leaves the connection to the others.
                ctx.addEndHandler(written -> ctx.response().reset(NO_ERROR));
                return;
            }
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            var written = Promise.<Void>promise();
            ctx.addEndHandler(written::handle);
            var linger = ctx.vertx().setTimer(LINGER_MS, late -> connection.close());
            Future.join(request.end(), written.future()).onComplete(both -> {
                if (ctx.vertx().cancelTimer(linger)) {
                    connection.close();
                }
            });
        }
        request.exceptionHandler(broken -> {}).handler(bytes -> {}).resume();
    }

    private static boolean isSmall(@Nullable String contentLength, @Nullable String transferEncoding) {
        if (transferEncoding != null) {
            return false;
        }
        if (contentLength == null) {
            return true;
        }
        // The decoder accepts only digits; up to 18 of them fit into a long.
        return contentLength.length() <= 18 && Long.parseLong(contentLength.trim()) <= KEEP_ALIVE_BYTES;
    }
}
