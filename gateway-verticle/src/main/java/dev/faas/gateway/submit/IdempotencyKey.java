package dev.faas.gateway.submit;

import dev.faas.wire.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.regex.Pattern;

/** Identifies a client's request, so that a repeat is recognized. The text is opaque; quotes are part of it. */
public record IdempotencyKey(String text) {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    public static Optional<IdempotencyKey> of(RoutingContext ctx) {
        var given = ctx.request().headers().getAll(HEADER);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        if (given.size() > 1) {
            throw Problem.invalid(HEADER, "must be given once").asException();
        }
        if (!VISIBLE.matcher(given.getFirst()).matches()) {
            throw Problem.invalid(HEADER, "must be 1 to 255 visible ASCII characters, without spaces")
                    .asException();
        }
        return Optional.of(new IdempotencyKey(given.getFirst()));
    }

    @Override
    public String toString() {
        return "IdempotencyKey[" + text.length() + " characters]";
    }
}
