package dev.faas.registry.bucket;

import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes keys of a bucket as they are in Postgres. Concurrent writers never bring back an older state: the bucket's last change
 * is read first, Postgres second, and the write is a compare-and-set on that last change.
 *
 * <pre>
 *   last change of the key (leader) ─▶ state in Postgres ─▶ write if unchanged ─▶ remove from the outbox
 *            ▲                                                │ refused, or no answer
 *            └────────────────────────────────────────────────┘ up to 5 tries
 * </pre>
 */
public final class BucketWriter {
    private static final Logger LOG = LoggerFactory.getLogger(BucketWriter.class);
    private static final int TRIES = 5;

    /**
     * What a key has to hold.
     *
     * @param value empty: nothing
     * @param whenWritten removes the key from the outbox
     */
    public record State(Optional<byte[]> value, Supplier<Future<Void>> whenWritten) {}

    private final Vertx vertx;
    private final Kv bucket;

    public BucketWriter(Vertx vertx, Kv bucket) {
        this.vertx = vertx;
        this.bucket = bucket;
    }

    /** Returns the bucket's revision that has this state of the key or a later one. */
    public Future<Long> write(String key, Supplier<Future<State>> readState) {
        return write(key, readState, TRIES);
    }

    /**
     * Has everything written again if the bucket lacks the newest key: NATS has lost its disk then.
     *
     * @param newest key that the bucket must have; empty: there is none
     * @param addAll adds all keys to the outbox
     */
    public Future<Void> restoreIfLost(Future<Optional<String>> newest, Supplier<Future<Void>> addAll) {
        return newest.compose(key -> {
            if (key.isEmpty()) {
                return Future.succeededFuture();
            }
            return onContext(bucket.lastChange(key.get())).compose(last -> {
                if (last.isPresent()) {
                    return Future.succeededFuture();
                }
                LOG.warn("a bucket lost its content, writing all of it again missing={}", key.get());
                return addAll.get();
            });
        });
    }

    private Future<Long> write(String key, Supplier<Future<State>> readState, int tries) {
        return onContext(bucket.lastChange(key))
                .compose(last -> readState
                        .get()
                        .compose(state -> writeIfChanged(key, last, state.value())
                                .compose(revision -> state.whenWritten().get().map(revision))))
                .recover(failure -> tries > 1 && isRetryable(failure)
                        ? write(key, readState, tries - 1)
                        : Future.failedFuture(failure));
    }

    private Future<Long> writeIfChanged(String key, Optional<Kv.Change> last, Optional<byte[]> value) {
        long revision = last.map(Kv.Change::revision).orElse(0L);
        var stored = last.filter(Kv.Change.Put.class::isInstance).map(Kv.Change.Put.class::cast);
        if (value.isEmpty()) {
            return stored.isPresent() ? onContext(bucket.delete(key, revision)) : Future.succeededFuture(revision);
        }
        return stored.filter(put -> Arrays.equals(put.value().bytes(), value.get()))
                        .isPresent()
                ? Future.succeededFuture(revision)
                : onContext(bucket.update(key, value.get(), revision));
    }

    private static boolean isRetryable(Throwable failure) {
        return failure instanceof BusException.CompareAndSetRefused || failure instanceof BusException.OutcomeUnknown;
    }

    /** An answer of NATS. */
    public <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
