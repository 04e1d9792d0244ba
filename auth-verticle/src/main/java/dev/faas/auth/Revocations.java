package dev.faas.auth;

import dev.faas.auth.LoginStore.Revocation;
import dev.faas.auth.admin.TokenCutoff;
import dev.faas.auth.admin.TokenCutoffStore;
import dev.faas.http.token.RevokedLogins;
import dev.faas.http.token.TokenCutoffs;
import dev.faas.lifecycle.InOrder;
import dev.faas.nats.Kv;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes revoked logins to every verifier through the bucket REVOKED (key: sid, value: RFC 3339 time of the revocation's
 * end), and from when on tokens of a user count (key: user id; never for a deleted user, whose data the registry removes).
 * Postgres is the source of truth; its column {@code announced} is the outbox, so that a failed write is repeated and no
 * revocation is lost. Thread-safe.
 */
final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final long ANNOUNCE_LIMIT_MILLIS = 2_000;
    private static final long READ_LIMIT_SECONDS = 10;

    private final LoginStore store;
    private final TokenCutoffStore cutoffStore;
    private final TokenCutoffs cutoffs;
    private final Kv bucket;
    private final Context context;
    private final InstantSource clock;
    private final Promise<Void> initialLoad = Promise.promise();
    private final RevokedLogins revoked;

    Revocations(LoginStore store, TokenCutoffStore cutoffStore, Kv bucket, Context context, InstantSource clock) {
        this.store = store;
        this.cutoffStore = cutoffStore;
        this.cutoffs = new TokenCutoffs(clock);
        this.bucket = bucket;
        this.context = context;
        this.clock = clock;
        this.revoked = new RevokedLogins(clock);
    }

    /** Watches the bucket; {@link #whenLoaded} completes when its content has been read. */
    Kv.Watch follow() throws IOException, InterruptedException {
        return bucket.watch(this::onChange, initialLoad::tryComplete);
    }

    /** Before that no token must be accepted: its login may be revoked. */
    Future<Void> whenLoaded() {
        return initialLoad.future().timeout(READ_LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void onChange(Kv.Change change) {
        if (TokenCutoffs.isUser(change.key())) {
            if (change instanceof Kv.Change.Put put) {
                cutoffs.add(put.key(), new String(put.value().bytes(), StandardCharsets.UTF_8));
            }
            return;
        }
        switch (change) {
            case Kv.Change.Put(var sid, var revision, var value) -> revoked.add(sid, value.bytes());
            case Kv.Change.Deleted(var sid, var revision) -> revoked.removeIfOver(sid);
        }
    }

    boolean isRevoked(String sid) {
        return revoked.isRevoked(sid);
    }

    boolean isIssuedTooEarly(String userId, Instant issuedAt) {
        return cutoffs.isVoid(userId, issuedAt);
    }

    /** Voids earlier tokens of a user. Succeeds also if NATS is unavailable: the outbox publishes it later. */
    Future<Void> announce(TokenCutoff cutoff) {
        cutoffs.add(cutoff.userId(), cutoff.published());
        return put(cutoff).recover(failure -> {
            LOG.warn("end of logins not published yet user={} cause={}", cutoff.userId(), failure.getMessage());
            return Future.succeededFuture();
        });
    }

    /** Succeeds also if NATS is unavailable: the outbox publishes the revocation later. */
    Future<Void> announce(Revocation revocation) {
        revoked.add(revocation.sid(), revocation.until());
        return put(revocation).recover(failure -> {
            LOG.warn("revocation not published yet login={} cause={}", revocation.sid(), failure.getMessage());
            return Future.succeededFuture();
        });
    }

    /** As {@link #announce}, of several logins at once. */
    Future<Void> announceAll(List<Revocation> ended) {
        return Future.all(ended.stream().map(this::announce).toList()).mapEmpty();
    }

    /** Publishes the revocations of the outbox, up to the first failure. */
    Future<Void> announcePending() {
        return cutoffStore
                .findUnannounced()
                .compose(pending -> InOrder.forEach(pending, this::put))
                .compose(published -> store.findUnannounced(clock.instant()))
                .compose(pending -> InOrder.forEach(pending, this::put));
    }

    /** Publishes all revocations in force again, since the bucket may have lost some. */
    Future<Void> restore() {
        return cutoffStore
                .findInForce(clock.instant())
                .compose(all -> InOrder.forEach(all, this::put))
                .compose(published -> store.findInForce(clock.instant()))
                .compose(all -> InOrder.forEach(all, this::put));
    }

    /** Removes expired revocations, here and from the bucket. */
    Future<Void> prune() {
        return InOrder.forEach(
                revoked.over(),
                sid -> Future.fromCompletionStage(bucket.delete(sid), context)
                        .onSuccess(deleted -> revoked.removeIfOver(sid))
                        .mapEmpty());
    }

    private Future<Void> put(Revocation revocation) {
        var value = revocation.until().toString().getBytes(StandardCharsets.UTF_8);
        return Future.fromCompletionStage(bucket.put(revocation.sid(), value), context)
                .timeout(ANNOUNCE_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(stored -> store.markAnnounced(revocation.sid()));
    }

    private Future<Void> put(TokenCutoff cutoff) {
        var value = cutoff.published().toString().getBytes(StandardCharsets.UTF_8);
        return Future.fromCompletionStage(bucket.put(cutoff.userId(), value), context)
                .timeout(ANNOUNCE_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(stored -> cutoffStore.markAnnounced(cutoff));
    }
}
