package dev.faas.gateway;

import dev.faas.http.content.ContentCoding;
import dev.faas.wire.Sha256;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Serves {@code openapi.yaml} from the jar, with an entity tag of its content. */
final class ApiDocument implements Handler<RoutingContext> {
    private static final String RESOURCE = "/openapi.yaml";
    private static final int TAG_DIGITS = 32;

    private final Buffer yaml;
    private final String etag;

    private ApiDocument(byte[] yaml) {
        this.yaml = Buffer.buffer(yaml);
        // Weak, since the bytes may be compressed.
        this.etag = "W/\"" + Sha256.hex(yaml).substring(0, TAG_DIGITS) + '"';
    }

    static ApiDocument load() {
        try (var in = ApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + RESOURCE + ": build it again");
            }
            return new ApiDocument(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void handle(RoutingContext ctx) {
        var response =
                ctx.response().putHeader(HttpHeaders.ETAG, etag).putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (hasTag(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml");
            response.end(ContentCoding.gzipIfAccepted(ctx, yaml.copy()));
        }
    }

    /** Compares weakly (RFC 9110, 13.1.2). */
    private boolean hasTag(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::trim)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }
}
