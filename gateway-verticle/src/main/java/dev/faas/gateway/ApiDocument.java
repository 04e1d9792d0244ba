package dev.faas.gateway;

import dev.faas.http.ContentCoding;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** {@code openapi.yaml} as it lies in the jar, with a tag that changes when it does. */
final class ApiDocument implements Handler<RoutingContext> {
    private static final String RESOURCE = "/openapi.yaml";

    private final Buffer yaml;
    private final String etag;

    private ApiDocument(byte[] yaml) {
        this.yaml = Buffer.buffer(yaml);
        // Weak: it names the text, not the bytes, which may be compressed.
        this.etag = "W/\"" + hash(yaml) + '"';
    }

    static ApiDocument load() {
        try (var in = ApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + RESOURCE);
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
        if (alreadyHeld(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml");
            response.end(ContentCoding.gzip(ctx, yaml.copy()));
        }
    }

    /** RFC 9110, 13.1.2: compared weakly. */
    private boolean alreadyHeld(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::trim)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }

    private static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
