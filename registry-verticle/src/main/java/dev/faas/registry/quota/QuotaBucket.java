package dev.faas.registry.quota;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.lifecycle.InOrder;
import dev.faas.nats.Kv;
import dev.faas.quota.OwnerQuotas;
import dev.faas.registry.bucket.BucketWriter;
import dev.faas.registry.quota.QuotaStore.Published;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Writes quotas from Postgres to the bucket USAGE. */
public final class QuotaBucket {
    private static final int BATCH = 200;
    private static final long TIMEOUT_SECONDS = 5;

    private final BucketWriter writer;
    private final QuotaStore store;

    public QuotaBucket(Vertx vertx, Kv bucket, QuotaStore store) {
        this.writer = new BucketWriter(vertx, bucket);
        this.store = store;
    }

    /** Fails after 5 s. */
    Future<Void> write(String owner) {
        return writer.write(OwnerQuotas.key(owner), () -> store.toPublish(owner).map(found -> toState(owner, found)))
                .<Void>mapEmpty()
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Of a deleted user. Fails after 5 s. */
    public Future<Void> remove(String owner) {
        return store.delete(owner).compose(deleted -> write(owner));
    }

    private BucketWriter.State toState(String owner, Optional<Published> quota) {
        return new BucketWriter.State(
                quota.map(QuotaBucket::toJson),
                () -> quota.map(each -> store.markPublished(owner, each)).orElseGet(Future::succeededFuture));
    }

    private static byte[] toJson(Published quota) {
        var json = quota.limits().<ObjectNode>deepCopy();
        if (quota.overStored()) {
            json.put(OwnerQuotas.OVER_STORED, true);
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    public Future<Void> writePending() {
        return store.pending(BATCH).compose(owners -> InOrder.forEach(owners, this::write));
    }
}
