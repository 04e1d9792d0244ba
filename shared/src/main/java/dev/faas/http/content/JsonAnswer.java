package dev.faas.http.content;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/** Writes JSON bodies: sets the content type. */
public final class JsonAnswer {
    private JsonAnswer() {}

    public static Buffer of(RoutingContext ctx, JsonNode body) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return Buffer.buffer(body.toString().getBytes(StandardCharsets.UTF_8));
    }
}
