package dev.faas.auth;

import dev.faas.http.token.TokenVerifier;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the public keys to whoever verifies: to our own verifier, and through the bucket KEYS to all others. A key that an
 * operator has removed from Postgres is taken out of the bucket too, by whichever replica sees it first.
 */
final class KeyPublication {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPublication.class);

    private final SigningKeys keys;
    private final TokenVerifier verifier;
    private final Kv bucket;
    private final Revocations revocations;
    private final Context context;
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private volatile Map<String, String> known = Map.of();

    KeyPublication(SigningKeys keys, TokenVerifier verifier, Kv bucket, Revocations revocations, Context context) {
        this.keys = keys;
        this.verifier = verifier;
        this.bucket = bucket;
        this.revocations = revocations;
        this.context = context;
    }

    /** Follows the bucket from now on, for {@link #refresh} to know what is in it that has no right to be. */
    Nats.Subscription follow() throws IOException, InterruptedException {
        return bucket.watch(this::seen, () -> {});
    }

    private void seen(Kv.Change change) {
        switch (change) {
            case Kv.Change.Put put -> published.add(put.key());
            case Kv.Change.Deleted deleted -> published.remove(deleted.key());
        }
    }

    /**
     * Reads the keys, publishes what the bucket lacks and withdraws what it has beyond. A bucket that lacks a key may have
     * been lost, and then so have the revocations: they are put again, too.
     */
    Future<Void> refresh() {
        // Before the keys are read: what is published then has been in Postgres, so what is not there now was removed.
        var before = Set.copyOf(published);
        return keys.load()
                .compose(loaded -> withdraw(before))
                .compose(withdrawn -> {
                    var jwks = keys.publicJwks();
                    if (!jwks.equals(known)) {
                        verifier.replaceKeys(jwks);
                        known = jwks;
                    }
                    return Future.all(jwks.entrySet().stream()
                            .map(jwk -> publishIfMissing(jwk.getKey(), jwk.getValue()))
                            .toList());
                })
                .compose(published ->
                        published.<Boolean>list().contains(true) ? revocations.restore() : Future.succeededFuture());
    }

    private Future<Void> withdraw(Set<String> before) {
        var removed = new HashSet<>(before);
        removed.removeAll(keys.publicJwks().keySet());
        return Future.all(removed.stream()
                        .map(kid -> Future.fromCompletionStage(bucket.delete(kid), context)
                                .onSuccess(revision -> LOG.info("withdrew the public key {}", kid)))
                        .toList())
                .mapEmpty();
    }

    /** True when it was missing. */
    private Future<Boolean> publishIfMissing(String kid, String jwk) {
        return Future.fromCompletionStage(bucket.get(kid), context).compose(found -> {
            if (found.isPresent()) {
                return Future.succeededFuture(false);
            }
            return Future.fromCompletionStage(bucket.put(kid, jwk.getBytes(StandardCharsets.UTF_8)), context)
                    .onSuccess(revision -> LOG.info("published the public key {}", kid))
                    .map(true);
        });
    }
}
