package dev.faas.lifecycle;

import io.vertx.core.Future;
import java.util.function.Function;

/** Does asynchronous work for one item after the other, up to the first failure. */
public final class InOrder {
    private InOrder() {}

    public static <T> Future<Void> forEach(Iterable<T> items, Function<T, Future<Void>> work) {
        Future<Void> done = Future.succeededFuture();
        for (var item : items) {
            done = done.compose(before -> work.apply(item));
        }
        return done;
    }
}
