package dev.faas.registry.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.lifecycle.InOrder;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.quota.OwnerQuotas;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Writes quotas from Postgres to the bucket USAGE. As with functions, the bucket's last change is read first and Postgres
 * second, so that concurrent writers never bring back an older quota.
 */
public final class QuotaBucket {
    private static final int TRIES = 5;
    private static final int BATCH = 200;
    private static final long TIMEOUT_SECONDS = 5;

    private final Vertx vertx;
    private final Kv bucket;
    private final QuotaStore store;

    public QuotaBucket(Vertx vertx, Kv bucket, QuotaStore store) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.store = store;
    }

    /** Fails after 5 s. */
    Future<Void> write(String owner) {
        return write(owner, TRIES).timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    public Future<Void> writePending() {
        return store.pending(BATCH).compose(owners -> InOrder.forEach(owners, this::write));
    }

    private Future<Void> write(String owner, int tries) {
        return onContext(bucket.lastChange(OwnerQuotas.key(owner)))
                .compose(last -> store.overrides(owner)
                        .compose(found -> found.map(limits -> writeIfChanged(owner, last, limits)
                                        .compose(written -> store.markPublished(owner, limits)))
                                .orElseGet(Future::succeededFuture)))
                .recover(failure ->
                        tries > 1 && isRetryable(failure) ? write(owner, tries - 1) : Future.failedFuture(failure));
    }

    private Future<Void> writeIfChanged(String owner, Optional<Kv.Change> last, JsonNode limits) {
        var bytes = limits.toString().getBytes(StandardCharsets.UTF_8);
        return last.filter(change -> change instanceof Kv.Change.Put put
                                && Arrays.equals(put.value().bytes(), bytes))
                        .isPresent()
                ? Future.succeededFuture()
                : onContext(bucket.update(
                                OwnerQuotas.key(owner),
                                bytes,
                                last.map(Kv.Change::revision).orElse(0L)))
                        .mapEmpty();
    }

    private static boolean isRetryable(Throwable failure) {
        return failure instanceof BusException.CompareAndSetRefused || failure instanceof BusException.OutcomeUnknown;
    }

    private <T> Future<T> onContext(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }
}
