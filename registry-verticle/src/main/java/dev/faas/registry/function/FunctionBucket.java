package dev.faas.registry.function;

import dev.faas.lifecycle.InOrder;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Stream;
import dev.faas.registry.function.OutboxStore.BucketKey;
import dev.faas.registry.function.OutboxStore.KeyState;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes functions from Postgres to the bucket FUNCTIONS, one key at a time. Concurrent writers never bring back an older
 * state: the bucket's last change is read first, Postgres second, and the write is a compare-and-set on that last change.
 *
 * <pre>
 *   last change of the key (leader) ─▶ state in Postgres ─▶ write if unchanged ─▶ remove from the outbox
 *            ▲                                                │ refused, or no answer
 *            └────────────────────────────────────────────────┘ up to 5 tries
 * </pre>
 */
public final class FunctionBucket {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionBucket.class);
    private static final int TRIES = 5;
    private static final long TIMEOUT_SECONDS = 5;
    private static final int BATCH = 200;

    private final Vertx vertx;
    private final Kv bucket;
    private final OutboxStore outbox;

    public FunctionBucket(Vertx vertx, Kv bucket, OutboxStore outbox) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.outbox = outbox;
    }

    /** Returns the bucket's revision that has this state of the key or a later one. Fails after 5 s. */
    Future<Long> write(String owner, String name) {
        return write(new BucketKey(owner, name), TRIES).timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Writes the keys of the outbox, oldest first, up to the first failure. */
    public Future<Void> writePending() {
        return outbox.findPending(BATCH)
                .compose(keys -> InOrder.forEach(
                        keys,
                        key -> write(key, TRIES).map(revision -> {
                            LOG.info(
                                    "pending function change published key={}",
                                    FunctionRevision.key(key.owner(), key.name()));
                            return null;
                        })));
    }

    /** Writes all functions again if the bucket lacks the newest one: NATS has lost its disk then. */
    public Future<Void> restoreIfLost() {
        return outbox.findNewestPublished().compose(newest -> {
            if (newest.isEmpty()) {
                return Future.succeededFuture();
            }
            var name = FunctionRevision.key(newest.get().owner(), newest.get().name());
            return onContext(bucket.lastChange(name)).compose(last -> {
                if (last.isPresent()) {
                    return Future.succeededFuture();
                }
                LOG.warn("bucket FUNCTIONS lost its content, writing all functions again missing={}", name);
                return outbox.addAll();
            });
        });
    }

    /** How full the bucket is. */
    Future<Stream.State> state() {
        return onContext(bucket.state());
    }

    /** A function that has the key again stays. */
    public Future<Void> removeDeletionMarker(BucketKey key) {
        return onContext(bucket.removeDeletionMarker(FunctionRevision.key(key.owner(), key.name())));
    }

    private Future<Long> write(BucketKey key, int tries) {
        var name = FunctionRevision.key(key.owner(), key.name());
        return onContext(bucket.lastChange(name))
                .compose(last -> outbox.readState(key)
                        .compose(state -> writeIfChanged(name, last, state)
                                .compose(revision -> state.change()
                                        .map(change -> outbox.remove(key, change))
                                        .orElseGet(Future::succeededFuture)
                                        .map(revision))))
                .recover(failure ->
                        tries > 1 && isRetryable(failure) ? write(key, tries - 1) : Future.failedFuture(failure));
    }

    private Future<Long> writeIfChanged(String name, Optional<Kv.Change> last, KeyState state) {
        long revision = last.map(Kv.Change::revision).orElse(0L);
        if (state.body().isEmpty()) {
            return last.filter(Kv.Change.Put.class::isInstance).isPresent()
                    ? onContext(bucket.delete(name, revision))
                    : Future.succeededFuture(revision);
        }
        var body = state.body().get();
        return last.filter(change -> change instanceof Kv.Change.Put put
                                && Arrays.equals(put.value().bytes(), body))
                        .isPresent()
                ? Future.succeededFuture(revision)
                : onContext(bucket.update(name, body, revision));
    }

    private static boolean isRetryable(Throwable failure) {
        return failure instanceof BusException.CompareAndSetRefused || failure instanceof BusException.OutcomeUnknown;
    }

    private <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
