package dev.faas.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Sets the headers of every response. It runs last and only adds, so that a proxied response keeps its own headers. */
final class ResponseHeaders {
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    private static final CharSequence STRICT_TRANSPORT = HttpHeaders.createOptimized("Strict-Transport-Security");
    /** A browser then asks this host for no answer without TLS, on any port, for a year (RFC 6797). */
    private static final CharSequence A_YEAR = HttpHeaders.createOptimized("max-age=31536000");

    /** RFC 9110, 5.6.7. */
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private record Second(long epoch, String text) {
        static Second of(long epoch) {
            return new Second(
                    epoch, IMF_FIXDATE.format(Instant.ofEpochSecond(epoch).atOffset(ZoneOffset.UTC)));
        }
    }

    private volatile Second second = Second.of(0);

    void finish(RoutingContext ctx) {
        var response = ctx.response();
        var headers = response.headers();
        putIfAbsent(headers, CONTENT_TYPE_OPTIONS, NOSNIFF);
        // Routes whose responses may be cached set their own value.
        putIfAbsent(headers, HttpHeaders.CACHE_CONTROL, NO_STORE);
        if (ctx.request().isSSL()) {
            headers.set(STRICT_TRANSPORT, A_YEAR);
        }
        // Also of a proxied response: Vert.x's proxy writes the days before the tenth with one digit.
        headers.set(HttpHeaders.DATE, date());
        // The length that the body of a GET would have; Vert.x omits it.
        if (ctx.request().method().equals(HttpMethod.HEAD)
                && response.bytesWritten() > 0
                && !headers.contains(HttpHeaders.CONTENT_LENGTH)) {
            headers.set(HttpHeaders.CONTENT_LENGTH, Long.toString(response.bytesWritten()));
        }
    }

    private static void putIfAbsent(MultiMap headers, CharSequence name, CharSequence value) {
        if (!headers.contains(name)) {
            headers.set(name, value);
        }
    }

    /** Formats only once a second. */
    private String date() {
        var now = System.currentTimeMillis() / 1000;
        var known = second;
        if (known.epoch() != now) {
            known = Second.of(now);
            second = known;
        }
        return known.text();
    }
}
