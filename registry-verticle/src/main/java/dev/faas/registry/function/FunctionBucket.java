package dev.faas.registry.function;

import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.registry.function.OutboxStore.BucketKey;
import dev.faas.registry.function.OutboxStore.Truth;
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
 * Brings the bucket FUNCTIONS to what Postgres says, one key at a time. Never backwards, whoever else is at it: the
 * bucket's last change is read first, Postgres second, and the write is a compare-and-set on what was read first.
 *
 * <pre>
 *   last change of the key (leader) ─▶ Postgres now ─▶ write if last is still that ─▶ strike off the outbox
 *            ▲                                            │ refused, or no answer
 *            └────────────────────────────────────────────┘ a few times
 * </pre>
 */
public final class FunctionBucket {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionBucket.class);
    private static final int TRIES = 5;
    private static final long LIMIT_SECONDS = 5;
    private static final int BATCH = 200;

    private final Vertx vertx;
    private final Kv bucket;
    private final OutboxStore outbox;

    public FunctionBucket(Vertx vertx, Kv bucket, OutboxStore outbox) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.outbox = outbox;
    }

    /** The bucket's revision at which it has this key as Postgres says, or later. Within 5 s. */
    Future<Long> write(String owner, String name) {
        return write(new BucketKey(owner, name), TRIES).timeout(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Works through the outbox, oldest first, up to the first key that fails. */
    public Future<Void> writePending() {
        return outbox.pending(BATCH).compose(keys -> {
            Future<Void> done = Future.succeededFuture();
            for (var key : keys) {
                done = done.compose(before -> write(key, TRIES).map(revision -> {
                    LOG.info("told the bus of {}, late", FunctionRevision.key(key.owner(), key.name()));
                    return null;
                }));
            }
            return done;
        });
    }

    /** A bucket that lacks the newest function has been lost with the bus's disk: then all are written again. */
    public Future<Void> restoreIfLost() {
        return outbox.newestWritten().compose(newest -> {
            if (newest.isEmpty()) {
                return Future.succeededFuture();
            }
            var name = FunctionRevision.key(newest.get().owner(), newest.get().name());
            return here(bucket.lastChange(name)).compose(last -> {
                if (last.isPresent()) {
                    return Future.succeededFuture();
                }
                LOG.warn("the bucket FUNCTIONS lacks {}: all functions are written to it again", name);
                return outbox.noteAll();
            });
        });
    }

    /** Removes the mark of the key's deletion; a function that has the key by now stays. */
    public Future<Void> forget(BucketKey key) {
        return here(bucket.removeDeletionMarker(FunctionRevision.key(key.owner(), key.name())));
    }

    private Future<Long> write(BucketKey key, int tries) {
        var name = FunctionRevision.key(key.owner(), key.name());
        return here(bucket.lastChange(name))
                .compose(last -> outbox.truth(key)
                        .compose(truth -> bring(name, last, truth)
                                .compose(revision -> truth.change()
                                        .map(change -> outbox.written(key, change))
                                        .orElseGet(Future::succeededFuture)
                                        .map(revision))))
                .recover(failure ->
                        tries > 1 && worthARepeat(failure) ? write(key, tries - 1) : Future.failedFuture(failure));
    }

    private Future<Long> bring(String name, Optional<Kv.Change> last, Truth truth) {
        long revision = last.map(Kv.Change::revision).orElse(0L);
        if (truth.body().isEmpty()) {
            return last.filter(Kv.Change.Put.class::isInstance).isPresent()
                    ? here(bucket.delete(name, revision))
                    : Future.succeededFuture(revision);
        }
        var body = truth.body().get();
        return last.filter(change -> change instanceof Kv.Change.Put put
                                && Arrays.equals(put.value().bytes(), body))
                        .isPresent()
                ? Future.succeededFuture(revision)
                : here(bucket.update(name, body, revision));
    }

    private static boolean worthARepeat(Throwable failure) {
        return failure instanceof BusException.CompareAndSetRefused || failure instanceof BusException.OutcomeUnknown;
    }

    private <T> Future<T> here(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
