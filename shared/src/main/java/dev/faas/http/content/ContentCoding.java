package dev.faas.http.content;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Compresses text responses of this platform. The compressor of the HTTP server is not used: it would also compress event streams
 * and results of functions, and compress proxied responses a second time.
 */
public final class ContentCoding {
    /** A smaller body fits into one packet anyway. */
    private static final int WORTHWHILE_BYTES = 1024;

    private ContentCoding() {}

    /** Compresses the body when it is large enough and the client accepts gzip, and sets the headers for that. A response with a
     * strong entity tag stays as it is, because the tag identifies the bytes.
     */
    public static Buffer gzipIfAccepted(RoutingContext ctx, Buffer body) {
        var headers = ctx.response().headers();
        if (body.length() < WORTHWHILE_BYTES || isStrong(headers.get(HttpHeaders.ETAG))) {
            return body;
        }
        headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        var preferences = AcceptPreferences.of(ctx.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING));
        if (preferences.weightOfCoding("gzip") == 0) {
            return body;
        }
        headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
        return compressed(body);
    }

    private static boolean isStrong(@Nullable String etag) {
        return etag != null && !etag.startsWith("W/");
    }

    /** At the fastest level, a page of 100 activations shrinks from 64 KiB to 5.8 in 66 µs; at the default to 5.1 in 234 µs. */
    private static Buffer compressed(Buffer body) {
        var bytes = new ByteArrayOutputStream(body.length() / 4);
        try (var gzip = new Fast(bytes)) {
            gzip.write(body.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    private static final class Fast extends GZIPOutputStream {
        Fast(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
