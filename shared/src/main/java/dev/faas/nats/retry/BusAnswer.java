package dev.faas.nats.retry;

import dev.faas.nats.BusException;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionStage;

/** Turns replies of NATS into futures on the caller's event loop, and failures of NATS into problems for the client. */
public final class BusAnswer {
    /** The name in /readyz. */
    private static final String NAME = "nats";

    private BusAnswer() {}

    /** Call it on an event loop; completes on the same one. */
    public static <T> Future<T> toFuture(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, Vertx.currentContext())
                .recover(failure -> Future.failedFuture(toProblem(failure)));
    }

    static Throwable toProblem(Throwable failure) {
        var cause = BusException.unwrap(failure);
        return cause instanceof BusException ? unavailable().asException() : cause;
    }

    public static Problem unavailable() {
        return Problem.unavailable(NAME);
    }
}
