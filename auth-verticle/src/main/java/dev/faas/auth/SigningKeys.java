package dev.faas.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The key pairs of the platform as this replica knows them. They live in Postgres, so that replicas share them and a
 * restart keeps them; {@link #load} also finds what another replica or an operator has added. Thread-safe.
 */
final class SigningKeys {
    private static final Comparator<SigningKey> BY_AGE =
            Comparator.comparing(SigningKey::signsFrom).thenComparing(SigningKey::kid);

    private final SigningKeyStore store;
    private final InstantSource clock;
    private volatile List<SigningKey> keys = List.of();

    SigningKeys(SigningKeyStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Reads the keys, making the first one when there is none yet. */
    Future<Void> load() {
        return store.all()
                .compose(found -> found.isEmpty()
                        ? store.createFirst(SigningKey.generate(clock.instant()))
                        : Future.succeededFuture(found))
                .onSuccess(found -> keys = List.copyOf(found))
                .mapEmpty();
    }

    /** The newest one whose time has come; the first there will be when this machine's clock is behind the others'. */
    SigningKey signer() {
        Instant now = clock.instant();
        return keys.stream()
                .filter(key -> !key.signsFrom().isAfter(now))
                .max(BY_AGE)
                .or(() -> keys.stream().min(BY_AGE))
                .orElseThrow(() -> new IllegalStateException("no signing key is loaded"));
    }

    /** Public keys as JSON Web Keys, by kid. */
    Map<String, String> publicJwks() {
        var jwks = new LinkedHashMap<String, String>();
        keys.forEach(key -> jwks.put(key.kid(), key.publicJwk().encode()));
        return jwks;
    }

    /** The JWK set of {@code /.well-known/jwks.json} (RFC 7517, 5). */
    JsonObject jwkSet() {
        var set = new JsonArray();
        keys.forEach(key -> set.add(key.publicJwk()));
        return new JsonObject().put("keys", set);
    }
}
