package dev.faas.registry.hook;

import dev.faas.lifecycle.InOrder;
import dev.faas.nats.Kv;
import dev.faas.registry.bucket.BucketWriter;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** Writes hooks from Postgres to the bucket HOOKS. */
public final class HookBucket {
    private static final int BATCH = 200;
    private static final long TIMEOUT_SECONDS = 5;

    private final BucketWriter writer;
    private final HookStore store;

    public HookBucket(Vertx vertx, Kv bucket, HookStore store) {
        this.writer = new BucketWriter(vertx, bucket);
        this.store = store;
    }

    /** Returns the bucket's revision that has this state of the hook or a later one. Fails after 5 s. */
    Future<Long> write(String id) {
        return writer.write(
                        id,
                        () -> store.state(id)
                                .map(state -> new BucketWriter.State(
                                        state.hook().map(hook -> Codec.encode(hook.toPublished())),
                                        () -> state.change()
                                                .map(change -> store.markPublished(id, change))
                                                .orElseGet(Future::succeededFuture))))
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    public Future<Void> writePending() {
        return store.pending(BATCH)
                .compose(ids -> InOrder.forEach(ids, id -> write(id).mapEmpty()));
    }

    /** Writes all hooks again if the bucket lacks the newest one: NATS has lost its disk then. */
    public Future<Void> restoreIfLost() {
        return writer.restoreIfLost(store.newestPublished(), store::addAllToOutbox);
    }
}
