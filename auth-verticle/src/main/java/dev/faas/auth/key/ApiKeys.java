package dev.faas.auth.key;

import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.auth.key.ApiKeyStore.Change;
import dev.faas.http.paging.Page;
import dev.faas.http.token.ApiKeyText;
import dev.faas.http.token.EntrySigner;
import dev.faas.lifecycle.InOrder;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import dev.faas.wire.Subjects;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, lists and deletes the API keys of users, and publishes them to every verifier through the bucket APIKEYS. Postgres is the
 * source of truth, with an outbox, so that no change is lost.
 */
public final class ApiKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
    private static final int MOST_OF_ONE_USER = 50;
    private static final int MOST_FAILURES = 3;
    private static final long LIMIT_MILLIS = 2_000;

    /** @param text the key itself, which is shown once */
    record Created(ApiKey key, String text) {
        @Override
        public String toString() {
            return "Created[" + key.keyId() + "]";
        }
    }

    private final ApiKeyStore store;
    private final Kv bucket;
    private final EntrySigner signer;
    private final Context context;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public ApiKeys(Pg pg, AuditStore audit, Kv bucket, EntrySigner signer, Context context, InstantSource clock) {
        this.store = new ApiKeyStore(pg, audit);
        this.bucket = bucket;
        this.signer = signer;
        this.context = context;
        this.clock = clock;
    }

    /** Fails with 429 {@code quota_exceeded}, and with 401 when the user may not log in any more. */
    Future<Created> create(Principal user, String name, List<Scope> scopes, Duration lifetime, Origin origin) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var text = ApiKeyText.create(random);
        var key = new ApiKey(
                "key_" + Ids.activation(now),
                user.userId(),
                user.userId(),
                name,
                scopes.stream().map(Scope::text).toList(),
                ApiKeyText.hint(text),
                now,
                now.plus(lifetime),
                null,
                null);
        return store.insert(key, user.username(), text, MOST_OF_ONE_USER, origin)
                // Not by the outbox, in which many others may be.
                .compose(change -> tryTo(publish(change)))
                .map(published -> {
                    LOG.info("API key created key={} user={} scopes={}", key.keyId(), key.userId(), key.scopes());
                    return new Created(key, text);
                });
    }

    Future<List<ApiKey>> find(Principal user, Page page) {
        return store.find(user.userId(), page, clock.instant());
    }

    /** Fails with 404 {@code key_not_found}. */
    Future<Void> delete(String keyId, Origin origin) {
        return store.delete(keyId, origin).compose(deleted -> {
            if (!deleted) {
                throw Problem.of(404, "key_not_found", "API key not found", "You have no such API key.")
                        .asException();
            }
            LOG.info("API key deleted key={} user={}", keyId, origin.actor());
            return tryPublishPending();
        });
    }

    /** Publishes the changes of the outbox. Fails afterwards if some were not; ends early when NATS seems to be away. */
    public Future<Void> publishPending() {
        var failures = new ArrayList<Throwable>();
        return store.findUnpublished()
                .compose(pending -> InOrder.forEach(
                        pending,
                        change -> publish(change).recover(failure -> {
                            failures.add(failure);
                            return failures.size() < MOST_FAILURES
                                    ? Future.succeededFuture()
                                    : Future.failedFuture(failure);
                        })))
                .compose(tried ->
                        failures.isEmpty() ? Future.succeededFuture() : Future.failedFuture(failures.getFirst()));
    }

    /** Succeeds also if NATS is unavailable: the outbox publishes the change later. */
    public Future<Void> tryPublishPending() {
        return tryTo(publishPending());
    }

    private static Future<Void> tryTo(Future<Void> publication) {
        return publication.recover(failure -> {
            LOG.warn("change of API keys not published yet cause={}", failure.getMessage());
            return Future.succeededFuture();
        });
    }

    /** After the bucket may have been lost. */
    public Future<Void> restore() {
        return store.republishAll();
    }

    public Future<Void> deleteExpired() {
        return store.deleteExpired(clock.instant());
    }

    /** Stores which keys were used, of which gateways and registries tell. */
    public Nats.Subscription followUses(Nats nats) {
        var writer = new KeyUseWriter(uses -> store.storeUses(uses, clock.instant()));
        return nats.subscribe(
                Subjects.KEYS_USED, "auth", live -> writer.accept(live.message().bytes()));
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
