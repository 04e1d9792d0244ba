package dev.faas.auth.key;

import dev.faas.auth.key.ApiKeyStore.Change;
import dev.faas.http.token.EntrySigner;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.wire.Subjects;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes API keys to every verifier through the bucket APIKEYS. Postgres is the source of truth, with an outbox, so that no
 * change is lost.
 */
final class ApiKeyPublication {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyPublication.class);
    private static final long LIMIT_MILLIS = 2_000;

    private final ApiKeyStore store;
    private final Kv bucket;
    private final EntrySigner signer;
    private final Context context;

    ApiKeyPublication(ApiKeyStore store, Kv bucket, EntrySigner signer, Context context) {
        this.store = store;
        this.bucket = bucket;
        this.signer = signer;
        this.context = context;
    }

    /** Publishes the changes of the outbox, up to the first failure. */
    Future<Void> publishPending() {
        return store.findUnpublished().compose(pending -> {
            Future<Void> done = Future.succeededFuture();
            for (var change : pending) {
                done = done.compose(before -> publish(change));
            }
            return done;
        });
    }

    /** Succeeds also if NATS is unavailable: the outbox publishes the change later. */
    Future<Void> tryPublishPending() {
        return publishPending().recover(failure -> {
            LOG.warn("change of API keys not published yet cause={}", failure.getMessage());
            return Future.succeededFuture();
        });
    }

    private Future<Void> publish(Change change) {
        return store(change)
                .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(stored -> store.markPublished(change));
    }

    /**
     * A key is stored only where there was none, or one that verifiers do not believe: its deletion leaves a marker, so a replica that
     * comes late with the key does not bring it back.
     */
    private Future<Void> store(Change change) {
        var value = change.value();
        if (value == null) {
            return Future.fromCompletionStage(bucket.delete(change.key()), context)
                    .mapEmpty();
        }
        var entry = signer.sign(Subjects.APIKEYS, change.key(), value);
        return unlessChanged(bucket.update(change.key(), entry, 0), () -> replaceUnbelieved(change.key(), entry));
    }

    private Future<Void> replaceUnbelieved(String key, byte[] entry) {
        return Future.fromCompletionStage(bucket.get(key), context)
                .compose(found -> found.filter(put -> !signer.isSigned(
                                Subjects.APIKEYS, key, put.value().bytes()))
                        .map(put -> unlessChanged(bucket.update(key, entry, put.revision()), Future::succeededFuture))
                        .orElseGet(Future::succeededFuture));
    }

    private Future<Void> unlessChanged(CompletableFuture<Long> update, Supplier<Future<Void>> whenChanged) {
        return Future.fromCompletionStage(update, context)
                .<Void>mapEmpty()
                .recover(failure -> BusException.unwrap(failure) instanceof BusException.CompareAndSetRefused
                        ? whenChanged.get()
                        : Future.failedFuture(failure));
    }
}
