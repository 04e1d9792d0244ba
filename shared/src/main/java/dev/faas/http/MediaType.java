package dev.faas.http;

import dev.faas.wire.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses the Content-Type of a request: the type in lower case, and whether the charset is UTF-8 or absent. */
record MediaType(String name, boolean isUtf8) {
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]+)\"?", Pattern.CASE_INSENSITIVE);

    static Optional<MediaType> of(RoutingContext ctx) {
        return Optional.ofNullable(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE))
                .map(MediaType::parse);
    }

    static MediaType parse(String header) {
        var end = header.indexOf(';');
        var name = (end < 0 ? header : header.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        var charset = CHARSET.matcher(header);
        var utf8 = !charset.find()
                || charset.group(1).equalsIgnoreCase("utf-8")
                || charset.group(1).equalsIgnoreCase("us-ascii");
        return new MediaType(name, utf8);
    }

    boolean isJson() {
        return name.equals("application/json") || (name.startsWith("application/") && name.endsWith("+json"));
    }

    /** Rejects another type, another charset and a compressed body with a 415 that names the accepted types. */
    static void require(RoutingContext ctx, List<String> accepted) {
        var encoding = ctx.request().getHeader(HttpHeaders.CONTENT_ENCODING);
        var plain = encoding == null || encoding.equalsIgnoreCase("identity");
        var fits = of(ctx).filter(type -> accepted.contains(type.name()) && type.isUtf8());
        if (!plain || fits.isEmpty()) {
            var names = String.join(", ", accepted);
            ctx.response().putHeader(Bodies.acceptHeader(ctx.request().method()), names);
            throw Problem.of(
                            415,
                            "unsupported_media_type",
                            "Unsupported media type",
                            "Send the body as " + names + " in UTF-8, without a Content-Encoding.")
                    .asException();
        }
    }
}
