package dev.faas.registry.secret;

import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Stream;
import dev.faas.registry.secret.SecretStore.BucketKey;
import dev.faas.wire.Codec;
import dev.faas.wire.SealedSecret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes sealed secrets from Postgres to the bucket SECRETS. As with functions, the bucket's last change is read first and
 * Postgres second, so that concurrent writers never bring back an older state.
 */
public final class SecretBucket {
    private static final Logger LOG = LoggerFactory.getLogger(SecretBucket.class);
    private static final int TRIES = 5;
    private static final int BATCH = 100;
    private static final long TIMEOUT_SECONDS = 5;

    private final Vertx vertx;
    private final Kv bucket;
    private final SecretStore store;

    public SecretBucket(Vertx vertx, Kv bucket, SecretStore store) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.store = store;
    }

    /** Writes the pending keys of one secret. Fails after 5 s. */
    Future<Void> write(String owner, String name) {
        return store.pending(owner, name)
                .compose(keys -> {
                    Future<Void> done = Future.succeededFuture();
                    for (var key : keys) {
                        done = done.compose(before -> write(key, TRIES));
                    }
                    return done;
                })
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    public Future<Void> writePending() {
        return store.pendingSecrets(BATCH).compose(byOwner -> {
            Future<Void> done = Future.succeededFuture();
            for (var owner : byOwner.entrySet()) {
                for (var name : owner.getValue()) {
                    done = done.compose(before -> write(owner.getKey(), name));
                }
            }
            return done;
        });
    }

    /** Writes all secrets again if the bucket lacks the newest one: NATS has lost its disk then. */
    public Future<Void> restoreIfLost() {
        return store.newestPublished().compose(newest -> {
            if (newest.isEmpty()) {
                return Future.succeededFuture();
            }
            return onContext(bucket.lastChange(newest.get().text())).compose(last -> {
                if (last.isPresent()) {
                    return Future.succeededFuture();
                }
                LOG.warn("bucket SECRETS lost its content, writing all secrets again");
                return store.addAllToOutbox();
            });
        });
    }

    Future<Stream.State> state() {
        return onContext(bucket.state());
    }

    private Future<Void> write(BucketKey key, int tries) {
        return onContext(bucket.lastChange(key.text()))
                .compose(last -> store.state(key)
                        .compose(state -> writeIfChanged(key.text(), last, state.secret())
                                .compose(written -> state.change()
                                        .map(change -> store.markPublished(key, change))
                                        .orElseGet(Future::succeededFuture))))
                .recover(failure ->
                        tries > 1 && isRetryable(failure) ? write(key, tries - 1) : Future.failedFuture(failure));
    }

    private Future<Void> writeIfChanged(String key, Optional<Kv.Change> last, Optional<SealedSecret> secret) {
        long revision = last.map(Kv.Change::revision).orElse(0L);
        var stored = last.filter(Kv.Change.Put.class::isInstance).map(Kv.Change.Put.class::cast);
        if (secret.isEmpty()) {
            return stored.isPresent() ? onContext(bucket.delete(key, revision)).mapEmpty() : Future.succeededFuture();
        }
        var bytes = Codec.encode(secret.get());
        return stored.filter(put -> Arrays.equals(put.value().bytes(), bytes)).isPresent()
                ? Future.succeededFuture()
                : onContext(bucket.update(key, bytes, revision)).mapEmpty();
    }

    private static boolean isRetryable(Throwable failure) {
        return failure instanceof BusException.CompareAndSetRefused || failure instanceof BusException.OutcomeUnknown;
    }

    private <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
