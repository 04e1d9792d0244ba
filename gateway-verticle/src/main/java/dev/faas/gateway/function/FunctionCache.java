package dev.faas.gateway.function;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the current revision of every function by watching the bucket FUNCTIONS. It keeps a {@link Head} of each, and as many
 * whole revisions as fit; the others are read from the bucket when they are called. It may lag behind: ask the registry before
 * you answer that a function does not exist. Thread-safe.
 */
public final class FunctionCache implements AutoCloseable {
    /**
     * What is kept of every function: some hundred bytes, whatever its specification is.
     *
     * @param key in the bucket
     */
    record Head(String key, String id, int revision) {}

    private static final Logger LOG = LoggerFactory.getLogger(FunctionCache.class);

    /** Estimate: a text and its place in a list or map, without its characters. */
    private static final int TEXT_BYTES = 96;
    /** Estimate: all of a revision but the texts that can be many or long. */
    private static final int REVISION_BYTES = 1_024;

    private final Kv bucket;
    private final Map<String, Head> byKey = new ConcurrentHashMap<>();
    private final Map<String, Head> byId = new ConcurrentHashMap<>();
    /** By function id. */
    private final Cache<String, FunctionRevision> revisions;
    /** By function id. */
    private final Map<String, CompletableFuture<FunctionRevision>> reading = new ConcurrentHashMap<>();

    private final SeenRevisions seen = new SeenRevisions();
    private final CountDownLatch initialRead = new CountDownLatch(1);
    private Nats.@Nullable Subscription subscription;

    FunctionCache(Kv bucket, long maxBytes) {
        this.bucket = bucket;
        this.revisions = Caffeine.newBuilder()
                .executor(Runnable::run) // evicts at once
                .maximumWeight(maxBytes)
                .weigher((String id, FunctionRevision function) -> heapBytes(function))
                .build();
    }

    /**
     * Returns once all that is in the bucket has been read. Blocks.
     *
     * @param maxBytes that whole revisions may take on the heap
     */
    public static FunctionCache open(Kv bucket, long maxBytes, Duration limit)
            throws IOException, InterruptedException, DependencyMissing {
        var cache = new FunctionCache(bucket, maxBytes);
        cache.subscription = bucket.watch(cache::apply, cache.initialRead::countDown);
        if (!cache.initialRead.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            cache.close();
            throw DependencyMissing.notRead(Subjects.FUNCTIONS, limit);
        }
        return cache;
    }

    public boolean isLoaded() {
        return initialRead.getCount() == 0;
    }

    Optional<Head> byName(String owner, String name) {
        return Optional.ofNullable(byKey.get(FunctionRevision.key(owner, name)));
    }

    Optional<Head> byId(String owner, String id) {
        return Optional.ofNullable(byId.get(id)).filter(head -> head.key().startsWith(FunctionRevision.key(owner, "")));
    }

    public Optional<String> name(String owner, String id) {
        return byId(owner, id)
                .map(head ->
                        head.key().substring(FunctionRevision.key(owner, "").length()));
    }

    /**
     * The current revision: complete if it is cached, else it is read from the bucket, once for all who ask meanwhile. Fails
     * with {@link NoSuchElementException} when the bucket has another function under this name by now, or none.
     */
    CompletableFuture<FunctionRevision> read(Head head) {
        var cached = revisions.getIfPresent(head.id());
        if (cached != null) {
            return CompletableFuture.completedFuture(cached);
        }
        var mine = new CompletableFuture<FunctionRevision>();
        var other = reading.putIfAbsent(head.id(), mine);
        if (other != null) {
            return other;
        }
        var unused = readFromBucket(head).whenComplete((function, failure) -> {
            reading.remove(head.id());
            if (failure == null) {
                // What the watch has brought meanwhile is newer, also with the same revision: it may be paused since.
                revisions.asMap().merge(head.id(), function, (a, b) -> a.revision() >= b.revision() ? a : b);
                mine.complete(function);
            } else {
                mine.completeExceptionally(BusException.unwrap(failure));
            }
        });
        return mine;
    }

    /** None of a function that is not there. */
    public CompletableFuture<FunctionPauses> pauses(String owner, String functionId) {
        return byId(owner, functionId)
                .map(head -> read(head)
                        .handle((function, failure) -> failure == null ? function.pauses() : FunctionPauses.NONE))
                .orElse(CompletableFuture.completedFuture(FunctionPauses.NONE));
    }

    private CompletableFuture<FunctionRevision> readFromBucket(Head head) {
        return bucket.get(head.key())
                .thenApply(found -> found.map(put -> Codec.decode(put.value().bytes(), FunctionRevision.class))
                        .filter(function -> function.id().equals(head.id()))
                        .orElseThrow());
    }

    /** Completes once the cache has the bucket's changes up to this revision, or after 2 s. Call it on an event loop. */
    public Future<Void> awaitRevision(long revision) {
        return seen.await(revision);
    }

    /** Called on one thread of the client library, in order. */
    private void apply(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> put(put.key(), put.value().bytes());
            case Kv.Change.Deleted deleted -> remove(deleted.key());
        }
        seen.add(change.revision());
    }

    void put(String key, byte[] bytes) {
        try {
            var function = Codec.decode(bytes, FunctionRevision.class);
            var head = new Head(key, function.id(), function.revision());
            revisions.put(head.id(), function);
            var previous = byKey.put(key, head);
            if (previous != null && !previous.id().equals(head.id())) {
                forget(previous);
            }
            byId.put(head.id(), head);
        } catch (Codec.CodecException e) {
            // Written by a newer version: the registry is asked for it each time.
            LOG.warn("function not decoded, registry will be asked key={} cause={}", key, e.getMessage());
            remove(key);
        }
    }

    private void remove(String key) {
        var removed = byKey.remove(key);
        if (removed != null) {
            forget(removed);
        }
    }

    private void forget(Head head) {
        byId.remove(head.id());
        revisions.invalidate(head.id());
    }

    private static int heapBytes(FunctionRevision function) {
        var spec = function.spec();
        return (int) (REVISION_BYTES
                + heapBytes(List.of(spec.image(), spec.description()))
                + heapBytes(Objects.requireNonNullElse(spec.entrypoint(), List.of()))
                + heapBytes(Objects.requireNonNullElse(spec.command(), List.of()))
                + heapBytes(spec.env().keySet())
                + heapBytes(spec.env().values())
                + heapBytes(spec.secrets())
                + heapBytes(spec.labels().keySet())
                + heapBytes(spec.labels().values()));
    }

    /** At most: each character takes one byte or two. */
    private static long heapBytes(Collection<String> texts) {
        return texts.stream().mapToLong(text -> TEXT_BYTES + 2L * text.length()).sum();
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
