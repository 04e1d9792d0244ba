package dev.faas.http;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** Rejects requests that the decoder accepts and that two servers could read in two ways (RFC 9112, 3.2, 6.1 and 11.2). It does
 * so before any handler runs, and closes the connection, because the start of the next request is then uncertain.
 *
 * <p>{@link RejectedConnections} answers what the decoder rejects. {@link Connections} closes unfinished requests without an
 * answer.
 */
record Admission(RejectedConnections rejected, Handler<HttpServerRequest> next) implements Handler<HttpServerRequest> {
    /** Above the longest time that an answer may be delayed. */
    private static final long LAST_ANSWER_SECONDS = 600;

    @Override
    public void handle(HttpServerRequest request) {
        if (!isKnownVersion(request) || !isFramedOnce(request) || !hasOneMeaning(request) || !isTarget(request)) {
            rejected.reject(request, 400);
        } else if (!isMet(request.headers())) {
            rejected.reject(request, 417);
        } else {
            if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
                // There may have been a length as well, which the decoder removes (RFC 9112, 6.1).
                request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                request.connection().shutdown(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
            }
            next.handle(request);
        }
    }

    /** Vert.x reports no version for any other version or protocol. */
    private static boolean isKnownVersion(HttpServerRequest request) {
        return request.version() != null;
    }

    /** By a length or by chunks, without another transfer coding. */
    private static boolean isFramedOnce(HttpServerRequest request) {
        var codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1
                        && codings.getFirst().equalsIgnoreCase("chunked")
                        && request.version() == HttpVersion.HTTP_1_1);
    }

    private static boolean hasOneMeaning(HttpServerRequest request) {
        var headers = request.headers();
        return headers.getAll(HttpHeaders.HOST).size() <= 1
                && !headers.contains("")
                && (request.version() != HttpVersion.HTTP_2
                        || headers.entries().stream().allMatch(header -> isOneLine(header.getValue())));
    }

    /** In HTTP/1 the decoder sees to that. */
    private static boolean isOneLine(String value) {
        return value.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0);
    }

    /** 100-continue is the only expectation that exists (RFC 9110, 10.1.1). */
    private static boolean isMet(MultiMap headers) {
        return headers.getAll(HttpHeaders.EXPECT).stream().allMatch("100-continue"::equalsIgnoreCase);
    }

    /** A path or an absolute address in printable ASCII, whose escapes are UTF-8 (RFC 3986); not CONNECT. */
    private static boolean isTarget(HttpServerRequest request) {
        var target = request.uri();
        if (request.method().equals(HttpMethod.CONNECT)) {
            return false;
        }
        var known = target.startsWith("/")
                || target.regionMatches(true, 0, "http://", 0, 7)
                || target.regionMatches(true, 0, "https://", 0, 8)
                || (target.equals("*") && request.method().equals(HttpMethod.OPTIONS));
        return known
                && target.chars().allMatch(c -> c > ' ' && c < 0x7f)
                && (target.indexOf('%') < 0 || isUtf8(target));
    }

    private static boolean isUtf8(String escaped) {
        var bytes = ByteBuffer.allocate(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
            } else if (i + 2 < escaped.length()
                    && HexFormat.isHexDigit(escaped.charAt(i + 1))
                    && HexFormat.isHexDigit(escaped.charAt(i + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 2;
            } else {
                return false;
            }
        }
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
