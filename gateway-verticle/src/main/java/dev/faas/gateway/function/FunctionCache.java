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
 * Caches the current revision of every function by watching the bucket FUNCTIONS. It may lag behind: ask the registry before
 * you answer that a function does not exist. Thread-safe.
 */
public final class FunctionCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionCache.class);
    private static final Duration AWAIT_LIMIT = Duration.ofSeconds(2);

    private final Map<String, FunctionRevision> byKey = new ConcurrentHashMap<>();
    private final Map<String, FunctionRevision> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
    private final CountDownLatch initialRead = new CountDownLatch(1);
    private volatile long lastRevision;
    private Nats.@Nullable Subscription subscription;

    /** Returns once all that is in the bucket has been read. Blocks. */
    public static FunctionCache open(Kv bucket, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var cache = new FunctionCache();
        cache.subscription = bucket.watch(cache::apply, cache.initialRead::countDown);
        if (!cache.initialRead.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            cache.close();
            throw new DependencyMissing("bucket FUNCTIONS could not be read within " + limit.toSeconds()
                    + " s. Check NATS and registry-service.");
        }
        return cache;
    }

    public boolean isLoaded() {
        return initialRead.getCount() == 0;
    }

    Optional<FunctionRevision> byName(String owner, String name) {
        return Optional.ofNullable(byKey.get(FunctionRevision.key(owner, name)));
    }

    Optional<FunctionRevision> byId(String owner, String id) {
        return Optional.ofNullable(byId.get(id))
                .filter(function -> function.owner().equals(owner));
    }

    /** Completes once the cache has the bucket's changes up to this revision, or after 2 s. Call it on an event loop. */
    public Future<Void> awaitRevision(long revision) {
        if (lastRevision >= revision) {
            return Future.succeededFuture();
        }
        var promise = waiting.computeIfAbsent(revision, r -> new CompletableFuture<>());
        if (lastRevision >= revision) {
            promise.complete(null);
        }
        return Future.fromCompletionStage(promise, Vertx.currentContext())
                .timeout(AWAIT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** Called on one thread of the client library, in order. */
    private void apply(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put.key(), put.value().bytes());
            case Kv.Change.Deleted deleted -> remove(deleted.key());
        }
        lastRevision = Math.max(lastRevision, change.revision());
        var due = waiting.headMap(lastRevision, true);
        due.values().forEach(promise -> promise.complete(null));
        due.clear();
    }

    private void put(String key, byte[] bytes) {
        try {
            var function = Codec.decode(bytes, FunctionRevision.class);
            var previous = byKey.put(key, function);
            if (previous != null && !previous.id().equals(function.id())) {
                byId.remove(previous.id());
            }
            byId.put(function.id(), function);
        } catch (Codec.CodecException e) {
            // Written by a newer version: the registry is asked for it each time.
            LOG.warn("function not decoded, registry will be asked key={} cause={}", key, e.getMessage());
            remove(key);
        }
    }

    private void remove(String key) {
        var removed = byKey.remove(key);
        if (removed != null) {
            byId.remove(removed.id());
        }
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
