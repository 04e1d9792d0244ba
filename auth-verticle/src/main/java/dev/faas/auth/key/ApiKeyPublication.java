package dev.faas.auth.key;

import dev.faas.auth.key.ApiKeyStore.Change;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
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
    private final Context context;

    ApiKeyPublication(ApiKeyStore store, Kv bucket, Context context) {
        this.store = store;
        this.bucket = bucket;
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
     * A key is stored only where there was none: its deletion leaves a marker, so a replica that comes late with the key does not
     * bring it back.
     */
    private Future<Void> store(Change change) {
        var value = change.value();
        if (value == null) {
            return Future.fromCompletionStage(bucket.delete(change.key()), context)
                    .mapEmpty();
        }
        return Future.fromCompletionStage(
                        bucket.update(change.key(), value.getBytes(StandardCharsets.UTF_8), 0), context)
                .<Void>mapEmpty()
                .recover(failure -> BusException.unwrap(failure) instanceof BusException.CompareAndSetRefused
                        ? Future.succeededFuture()
                        : Future.failedFuture(failure));
    }
}
