package dev.faas.gateway;

import dev.faas.http.content.ContentCoding;
import dev.faas.http.content.WeakTag;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Serves {@code openapi.yaml} from the jar, with an entity tag of its content. */
final class ApiDocument implements Handler<RoutingContext> {
    private static final String RESOURCE = "/openapi.yaml";

    private final Buffer yaml;
    private final WeakTag tag;

    private ApiDocument(byte[] yaml) {
        this.yaml = Buffer.buffer(yaml);
        this.tag = WeakTag.of(yaml);
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
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (!tag.endsIfHeld(ctx)) {
            ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml");
            ctx.response().end(ContentCoding.gzipIfAccepted(ctx, yaml.copy()));
        }
    }
}
