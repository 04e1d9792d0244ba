package dev.faas.http.content;

import dev.faas.wire.Sha256;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;

/** An entity tag of content whose bytes may be sent in several codings. */
public record WeakTag(String text) {
    private static final int DIGITS = 32;

    public static WeakTag of(byte[] content) {
        return new WeakTag("W/\"" + Sha256.hex(content).substring(0, DIGITS) + '"');
    }

    /** Sets ETag, and answers with 304 if the client has this content already. */
    public boolean endsIfHeld(RoutingContext ctx) {
        var response = ctx.response().putHeader(HttpHeaders.ETAG, text);
        boolean held = ctx.request().headers().getAll(HttpHeaders.IF_NONE_MATCH).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .anyMatch(this::matches);
        if (held) {
            response.setStatusCode(304).end();
        }
        return held;
    }

    /** Compares weakly (RFC 9110, 13.1.2). */
    private boolean matches(String tag) {
        return tag.equals("*") || tag.equals(text) || ("W/" + tag).equals(text);
    }
}
