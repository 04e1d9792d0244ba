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

/**
 * Compresses answers that are text of our own making. Not the server's compressor: that one would also take event streams
 * and the results of functions, and would compress what another service sends through the gateway once more.
 */
public final class ContentCoding {
    /** Below, the packet is the same one and the header costs what is saved. */
    private static final int WORTHWHILE_BYTES = 1024;

    private ContentCoding() {}

    /**
     * The body to send, by gzip when it is large enough and the client asks for it; sets the headers that say so. An answer
     * with a strong entity tag stays as it is: the tag names the bytes.
     */
    public static Buffer gzipIfAccepted(RoutingContext ctx, Buffer body) {
        var headers = ctx.response().headers();
        if (body.length() < WORTHWHILE_BYTES || isStrong(headers.get(HttpHeaders.ETAG))) {
            return body;
        }
        headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        var asked = AcceptPreferences.of(ctx.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING));
        if (asked.weightOfCoding("gzip") == 0) {
            return body;
        }
        headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
        return compressed(body);
    }

    private static boolean isStrong(@Nullable String etag) {
        return etag != null && !etag.startsWith("W/");
    }

    /** The fastest level: a page of 100 activations goes from 64 KiB to 5.8 in 66 µs; the usual level makes 5.1 in 234. */
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
