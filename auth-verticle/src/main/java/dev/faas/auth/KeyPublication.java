package dev.faas.auth;

import dev.faas.http.TokenVerifier;
import dev.faas.nats.Kv;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the public keys to whoever verifies: to our own verifier, and through the bucket KEYS to all others. */
final class KeyPublication {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPublication.class);

    private final SigningKeys keys;
    private final TokenVerifier verifier;
    private final Kv bucket;
    private final Revocations revocations;
    private final Context context;
    private volatile Map<String, String> known = Map.of();

    KeyPublication(SigningKeys keys, TokenVerifier verifier, Kv bucket, Revocations revocations, Context context) {
        this.keys = keys;
        this.verifier = verifier;
        this.bucket = bucket;
        this.revocations = revocations;
        this.context = context;
    }

    /** Reads the keys and publishes what the bucket lacks. A bucket that lacks a key may have been lost, and then so
     * have the revocations: they are put again, too. */
    Future<Void> refresh() {
        return keys.load()
                .compose(loaded -> {
                    var jwks = keys.publicJwks();
                    if (!jwks.equals(known)) {
                        verifier.keys(jwks);
                        known = jwks;
                    }
                    return Future.all(jwks.entrySet().stream()
                            .map(jwk -> publishIfMissing(jwk.getKey(), jwk.getValue()))
                            .toList());
                })
                .compose(published ->
                        published.<Boolean>list().contains(true) ? revocations.restore() : Future.succeededFuture());
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
