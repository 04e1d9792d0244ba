package dev.faas.registry.secret;

import dev.faas.lifecycle.InOrder;
import dev.faas.nats.Kv;
import dev.faas.nats.Stream;
import dev.faas.registry.bucket.BucketWriter;
import dev.faas.registry.secret.SecretStore.BucketKey;
import dev.faas.wire.Codec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** Writes sealed secrets from Postgres to the bucket SECRETS. */
public final class SecretBucket {
    private static final int BATCH = 100;
    private static final long TIMEOUT_SECONDS = 5;

    private final BucketWriter writer;
    private final Kv bucket;
    private final SecretStore store;

    public SecretBucket(Vertx vertx, Kv bucket, SecretStore store) {
        this.writer = new BucketWriter(vertx, bucket);
        this.bucket = bucket;
        this.store = store;
    }

    /** Writes the pending keys of one secret. Fails after 5 s. */
    Future<Void> write(String owner, String name) {
        return store.pending(owner, name)
                .compose(keys -> InOrder.forEach(keys, this::write))
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    public Future<Void> writePending() {
        return store.pendingSecrets(BATCH)
                .compose(byOwner -> InOrder.forEach(
                        byOwner.entrySet(),
                        owner -> InOrder.forEach(owner.getValue(), name -> write(owner.getKey(), name))));
    }

    /** Writes all secrets again if the bucket lacks the newest one: NATS has lost its disk then. */
    public Future<Void> restoreIfLost() {
        return writer.restoreIfLost(
                store.newestPublished().map(newest -> newest.map(BucketKey::text)), store::addAllToOutbox);
    }

    Future<Stream.State> state() {
        return writer.onContext(bucket.state());
    }

    private Future<Void> write(BucketKey key) {
        return writer.write(
                        key.text(),
                        () -> store.state(key)
                                .map(state -> new BucketWriter.State(
                                        state.secret().map(Codec::encode),
                                        () -> state.change()
                                                .map(change -> store.markPublished(key, change))
                                                .orElseGet(Future::succeededFuture))))
                .mapEmpty();
    }
}
