package dev.faas.auth;

import dev.faas.auth.signing.SigningKeys;
import dev.faas.http.token.EntrySigner;
import dev.faas.http.token.TokenVerifier;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.wire.Subjects;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the public keys to this service's verifier and, through the bucket KEYS, to those of all other services. Removes
 * from the bucket the keys that an operator has deleted from Postgres.
 */
final class KeyPublication {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPublication.class);

    private final SigningKeys keys;
    private final TokenVerifier verifier;
    private final Kv bucket;
    private final EntrySigner signer;
    private final Supplier<Future<Void>> restore;
    private final Context context;
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private volatile Map<String, String> currentJwks = Map.of();

    /** @param restore publishes again what else auth has published */
    KeyPublication(
            SigningKeys keys,
            TokenVerifier verifier,
            Kv bucket,
            EntrySigner signer,
            Supplier<Future<Void>> restore,
            Context context) {
        this.keys = keys;
        this.verifier = verifier;
        this.bucket = bucket;
        this.signer = signer;
        this.restore = restore;
        this.context = context;
    }

    /** Watches the bucket, so that {@link #refresh} can remove keys that are no longer in Postgres. */
    Nats.Subscription follow() throws IOException, InterruptedException {
        return bucket.watch(this::onChange, () -> {});
    }

    private void onChange(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> published.add(put.key());
            case Kv.Change.Deleted deleted -> published.remove(deleted.key());
        }
    }

    /**
     * Reads the keys, publishes those that the bucket lacks, or has without a signature that counts, and removes those that Postgres
     * lacks. A bucket without a key may have been lost together with the others, so what they held is published again too.
     */
    Future<Void> refresh() {
        // Copied before the keys are read: a published key was in Postgres once, so one that is missing there was
        // deleted.
        var before = Set.copyOf(published);
        return keys.load()
                .compose(loaded -> withdraw(before))
                .compose(withdrawn -> {
                    var jwks = keys.publicJwks();
                    if (!jwks.equals(currentJwks)) {
                        verifier.replaceKeys(jwks);
                        currentJwks = jwks;
                    }
                    return Future.all(jwks.entrySet().stream()
                            .map(jwk -> publishIfMissing(jwk.getKey(), jwk.getValue()))
                            .toList());
                })
                .compose(published ->
                        published.<Boolean>list().contains(true) ? restore.get() : Future.succeededFuture());
    }

    private Future<Void> withdraw(Set<String> before) {
        var removed = new HashSet<>(before);
        removed.removeAll(keys.publicJwks().keySet());
        return Future.all(removed.stream()
                        .map(kid -> Future.fromCompletionStage(bucket.delete(kid), context)
                                .onSuccess(revision -> LOG.info("public key removed kid={}", kid)))
                        .toList())
                .mapEmpty();
    }

    /** True when it was missing. */
    private Future<Boolean> publishIfMissing(String kid, String jwk) {
        return Future.fromCompletionStage(bucket.get(kid), context).compose(found -> {
            if (found.filter(put ->
                            signer.isSigned(Subjects.KEYS, kid, put.value().bytes()))
                    .isPresent()) {
                return Future.succeededFuture(false);
            }
            return Future.fromCompletionStage(bucket.put(kid, signer.sign(Subjects.KEYS, kid, jwk)), context)
                    .onSuccess(revision -> LOG.info("public key published kid={}", kid))
                    .map(true);
        });
    }
}
