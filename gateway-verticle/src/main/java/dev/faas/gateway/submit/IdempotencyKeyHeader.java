package dev.faas.gateway.submit;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.wire.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Reads the Idempotency-Key of a request. */
public final class IdempotencyKeyHeader {
    private IdempotencyKeyHeader() {}

    public static Optional<IdempotencyKey> of(RoutingContext ctx) {
        var given = ctx.request().headers().getAll(IdempotencyKey.HEADER);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        if (given.size() > 1) {
            throw Problem.invalid(IdempotencyKey.HEADER, "must be given once").asException();
        }
        return Optional.of(new IdempotencyKey(given.getFirst()));
    }
}
