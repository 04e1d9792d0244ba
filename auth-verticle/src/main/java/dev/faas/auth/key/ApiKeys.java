package dev.faas.auth.key;

import dev.faas.auth.audit.AuditStore;
import dev.faas.auth.audit.Origin;
import dev.faas.http.paging.Page;
import dev.faas.http.token.ApiKeyText;
import dev.faas.http.token.EntrySigner;
import dev.faas.nats.Kv;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates, lists and deletes the API keys of users. */
public final class ApiKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
    private static final int MOST_OF_ONE_USER = 50;

    /** @param text the key itself, which is shown once */
    record Created(ApiKey key, String text) {
        @Override
        public String toString() {
            return "Created[" + key.keyId() + "]";
        }
    }

    private final ApiKeyStore store;
    private final ApiKeyPublication publication;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public ApiKeys(Pg pg, AuditStore audit, Kv bucket, EntrySigner signer, Context context, InstantSource clock) {
        this.store = new ApiKeyStore(pg, audit);
        this.publication = new ApiKeyPublication(store, bucket, signer, context);
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
                now.plus(lifetime));
        return store.insert(key, user.username(), text, MOST_OF_ONE_USER, origin)
                .compose(stored -> publication.tryPublishPending())
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
            return publication.tryPublishPending();
        });
    }

    /** Succeeds also if NATS is unavailable: the outbox publishes the changes later. */
    public Future<Void> tryPublishPending() {
        return publication.tryPublishPending();
    }

    public Future<Void> publishPending() {
        return publication.publishPending();
    }

    /** After the bucket may have been lost. */
    public Future<Void> restore() {
        return store.republishAll();
    }

    public Future<Void> deleteExpired() {
        return store.deleteExpired(clock.instant());
    }
}
