package dev.faas.registry.function;

import dev.faas.lifecycle.InOrder;
import dev.faas.nats.Kv;
import dev.faas.nats.Stream;
import dev.faas.registry.bucket.BucketWriter;
import dev.faas.registry.function.OutboxStore.BucketKey;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes functions from Postgres to the bucket FUNCTIONS, one key at a time. */
public final class FunctionBucket {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionBucket.class);
    private static final long TIMEOUT_SECONDS = 5;
    private static final int BATCH = 200;

    private final BucketWriter writer;
    private final Kv bucket;
    private final OutboxStore outbox;

    public FunctionBucket(Vertx vertx, Kv bucket, OutboxStore outbox) {
        this.writer = new BucketWriter(vertx, bucket);
        this.bucket = bucket;
        this.outbox = outbox;
    }

    /** Returns the bucket's revision that has this state of the key or a later one. Fails after 5 s. */
    Future<Long> write(String owner, String name) {
        return write(new BucketKey(owner, name)).timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** The same. Fails with 503 {@code unavailable} that says that the change is stored. */
    Future<Long> publish(FunctionRevision function) {
        var name = function.spec().name();
        return write(function.owner(), name).recover(failure -> {
            LOG.warn(
                    "function change not published yet key={} cause={}",
                    FunctionRevision.key(function.owner(), name),
                    failure.getMessage());
            return Future.failedFuture(
                    Problem.notPublished("The change is stored and will take effect, but the platform could not publish"
                                    + " it yet. Read the function before you repeat the call.")
                            .asException());
        });
    }

    /** Writes the keys of the outbox, oldest first, up to the first failure. */
    public Future<Void> writePending() {
        return outbox.findPending(BATCH)
                .compose(keys -> InOrder.forEach(
                        keys,
                        key -> write(key).map(revision -> {
                            LOG.info(
                                    "pending function change published key={}",
                                    FunctionRevision.key(key.owner(), key.name()));
                            return null;
                        })));
    }

    /** Writes all functions again if the bucket lacks the newest one: NATS has lost its disk then. */
    public Future<Void> restoreIfLost() {
        return writer.restoreIfLost(
                outbox.findNewestPublished()
                        .map(newest -> newest.map(it -> FunctionRevision.key(it.owner(), it.name()))),
                outbox::addAll);
    }

    Future<Stream.State> state() {
        return writer.onContext(bucket.state());
    }

    /** A function that has the key again stays. */
    public Future<Void> removeDeletionMarker(BucketKey key) {
        return writer.onContext(bucket.removeDeletionMarker(FunctionRevision.key(key.owner(), key.name())));
    }

    private Future<Long> write(BucketKey key) {
        return writer.write(
                FunctionRevision.key(key.owner(), key.name()),
                () -> outbox.readState(key)
                        .map(state -> new BucketWriter.State(
                                state.body(),
                                () -> state.change()
                                        .map(change -> outbox.remove(key, change))
                                        .orElseGet(Future::succeededFuture))));
    }
}
