package dev.faas.gateway.hook;

import dev.faas.http.Bodies;
import dev.faas.webhook.RequestSignature;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a sender has sent. Not changed by what is read from it. */
final class HookRequest implements RequestSignature.Headers {
    private static final String STRUCTURED = "application/cloudevents+json";

    private final RoutingContext ctx;
    private final byte[] body;

    /** Requires its body to be read. */
    HookRequest(RoutingContext ctx) {
        this.ctx = ctx;
        this.body = Bodies.bytes(ctx).getBytes();
    }

    byte[] body() {
        return body;
    }

    /** Fails with {@code invalid_request} when the body is not UTF-8. */
    String text() {
        return Bodies.utf8(ctx);
    }

    @Override
    public List<String> all(String name) {
        return ctx.request().headers().getAll(name);
    }

    /** Values of a header that comes several times, as one. */
    Optional<String> joined(String name) {
        var values = all(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    List<Map.Entry<String, String>> headers() {
        return ctx.request().headers().entries();
    }

    /** Without parameters, in lower case; empty without one. */
    String mediaType() {
        return mediaType(ctx);
    }

    Optional<String> contentType() {
        return single(HttpHeaders.CONTENT_TYPE.toString());
    }

    boolean isStructuredEvent() {
        return mediaType().equals(STRUCTURED);
    }

    boolean isJson() {
        var type = mediaType();
        return type.equals("application/json") || type.endsWith("+json");
    }

    /** Of a request whose body is not read yet, too. */
    static String mediaType(RoutingContext ctx) {
        var header = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (header == null) {
            return "";
        }
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }
}
