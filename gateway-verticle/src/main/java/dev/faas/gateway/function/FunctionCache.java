package dev.faas.gateway.function;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every function's current revision, as the bucket FUNCTIONS tells it. What is not in here may still be there: the registry
 * is asked before a client is told otherwise. Thread-safe.
 */
public final class FunctionCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionCache.class);
    private static final Duration REACHED_LIMIT = Duration.ofSeconds(2);

    private final Map<String, FunctionRevision> byKey = new ConcurrentHashMap<>();
    private final Map<String, FunctionRevision> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
    private final CountDownLatch unread = new CountDownLatch(1);
    private volatile long reached;
    private Nats.@Nullable Subscription subscription;

    /** Follows the bucket; returns once all that is in it has been read. Blocks. */
    public static FunctionCache open(Kv bucket, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var cache = new FunctionCache();
        cache.subscription = bucket.watch(cache::changed, cache.unread::countDown);
        if (!cache.unread.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            cache.close();
            throw new DependencyMissing("the bucket FUNCTIONS could not be read within " + limit.toSeconds() + " s");
        }
        return cache;
    }

    public boolean loaded() {
        return unread.getCount() == 0;
    }

    Optional<FunctionRevision> byName(String owner, String name) {
        return Optional.ofNullable(byKey.get(FunctionRevision.key(owner, name)));
    }

    Optional<FunctionRevision> byId(String owner, String id) {
        return Optional.ofNullable(byId.get(id))
                .filter(function -> function.owner().equals(owner));
    }

    /** Completes once the bucket's changes up to this revision are known here, or after 2 s. From an event loop. */
    public Future<Void> reached(long revision) {
        if (reached >= revision) {
            return Future.succeededFuture();
        }
        var promise = waiting.computeIfAbsent(revision, r -> new CompletableFuture<>());
        if (reached >= revision) {
            promise.complete(null);
        }
        return Future.fromCompletionStage(promise, Vertx.currentContext())
                .timeout(REACHED_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** On one thread of the client library, in order. */
    private void changed(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put.key(), put.value().bytes());
            case Kv.Change.Deleted deleted -> remove(deleted.key());
        }
        reached = Math.max(reached, change.revision());
        var due = waiting.headMap(reached, true);
        due.values().forEach(promise -> promise.complete(null));
        due.clear();
    }

    private void put(String key, byte[] bytes) {
        try {
            var function = Codec.decode(bytes, FunctionRevision.class);
            var before = byKey.put(key, function);
            if (before != null && !before.id().equals(function.id())) {
                byId.remove(before.id());
            }
            byId.put(function.id(), function);
        } catch (Codec.CodecException e) {
            // A newer version's: the registry is asked for it each time.
            LOG.warn("function {} cannot be read: {}", key, e.getMessage());
            remove(key);
        }
    }

    private void remove(String key) {
        var gone = byKey.remove(key);
        if (gone != null) {
            byId.remove(gone.id());
        }
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
