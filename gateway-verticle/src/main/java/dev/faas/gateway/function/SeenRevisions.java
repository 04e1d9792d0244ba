package dev.faas.gateway.function;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/** How far a watch on a bucket has come. Thread-safe. */
public final class SeenRevisions {
    private static final Duration AWAIT_LIMIT = Duration.ofSeconds(2);

    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
    private volatile long last;

    /** Completes once the bucket's changes up to this revision have been seen, or after 2 s. Call it on an event loop. */
    public Future<Void> await(long revision) {
        if (last >= revision) {
            return Future.succeededFuture();
        }
        var promise = waiting.computeIfAbsent(revision, r -> new CompletableFuture<>());
        if (last >= revision) {
            promise.complete(null);
        }
        return Future.fromCompletionStage(promise, Vertx.currentContext())
                .timeout(AWAIT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** Call it on one thread. */
    public void add(long revision) {
        last = Math.max(last, revision);
        var due = waiting.headMap(last, true);
        due.values().forEach(promise -> promise.complete(null));
        due.clear();
    }
}
