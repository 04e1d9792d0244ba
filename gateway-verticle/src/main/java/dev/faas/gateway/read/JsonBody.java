package dev.faas.gateway.read;

import dev.faas.http.content.ContentCoding;
import dev.faas.wire.Codec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Writes the gateway's own JSON bodies: sets the content type, and compresses for clients that accept it. */
public final class JsonBody {
    private JsonBody() {}

    public static Buffer of(RoutingContext ctx, Object body) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return ContentCoding.gzipIfAccepted(ctx, Buffer.buffer(Codec.write(body)));
    }
}
