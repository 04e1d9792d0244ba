package dev.faas.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** What becomes of a body that nobody will read, because the request is refused before its end. */
final class UnreadBody {
    /** Up to here it is cheaper to read on than to connect anew. */
    private static final long KEEP_ALIVE_BYTES = 64 << 10;

    /** Long enough for the answer to arrive before the reset that closing with unread bytes causes. */
    private static final long LINGER_MS = 2_000;

    /** The rest of such a body may never come. */
    private static final int NOT_IN_TIME = 408;

    private UnreadBody() {}

    /** Before the answer is written: a small rest is drained, for a larger one the connection is closed after it. */
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
        // The decoder has refused what is no number; one beyond a long has more than 18 digits.
        return contentLength.length() <= 18 && Long.parseLong(contentLength.trim()) <= KEEP_ALIVE_BYTES;
    }
}
