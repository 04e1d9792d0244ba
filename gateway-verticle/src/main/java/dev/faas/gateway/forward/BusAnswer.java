package dev.faas.gateway.forward;

import dev.faas.nats.BusException;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionStage;

/** Brings an answer of the bus to the event loop that asked, and its failure to what a client is told of it. */
public final class BusAnswer {
    /** As /readyz names it. */
    private static final String NAME = "nats";

    private BusAnswer() {}

    /** From an event loop alone; completes on it. */
    public static <T> Future<T> answer(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, Vertx.currentContext())
                .recover(failure -> Future.failedFuture(told(failure)));
    }

    private static Throwable told(Throwable failure) {
        var cause = BusException.unwrap(failure);
        return cause instanceof BusException ? away().asException() : cause;
    }

    public static Problem away() {
        return Problem.unavailable(NAME);
    }
}
