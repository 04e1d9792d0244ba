package dev.faas.auth.signing;

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
 * Loads the platform's key pairs from Postgres and selects the one that signs. All replicas share them; {@link #load} also finds
 * keys that another replica or an operator has added. Thread-safe.
 */
public final class SigningKeys {
    private static final Comparator<SigningKey> BY_AGE =
            Comparator.comparing(SigningKey::signsFrom).thenComparing(SigningKey::kid);

    private final SigningKeyStore store;
    private final InstantSource clock;
    private volatile List<SigningKey> keys = List.of();

    public SigningKeys(SigningKeyStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Reads the keys; creates the first one if there is none. */
    public Future<Void> load() {
        return store.findAll()
                .compose(found -> found.isEmpty()
                        ? store.createFirst(SigningKey.generate(clock.instant()))
                        : Future.succeededFuture(found))
                .onSuccess(found -> keys = List.copyOf(found))
                .mapEmpty();
    }

    /** The newest key that signs now; the oldest one if none does, because this machine's clock is behind. */
    public SigningKey signer() {
        Instant now = clock.instant();
        return keys.stream()
                .filter(key -> !key.signsFrom().isAfter(now))
                .max(BY_AGE)
                .or(() -> keys.stream().min(BY_AGE))
                .orElseThrow(() -> new IllegalStateException("no signing key is loaded"));
    }

    /** Public keys as JSON Web Keys, by kid. */
    public Map<String, String> publicJwks() {
        var jwks = new LinkedHashMap<String, String>();
        keys.forEach(key -> jwks.put(key.kid(), key.publicJwk().encode()));
        return jwks;
    }

    /** The JWK set of {@code /.well-known/jwks.json} (RFC 7517, 5). */
    public JsonObject jwkSet() {
        var set = new JsonArray();
        keys.forEach(key -> set.add(key.publicJwk()));
        return new JsonObject().put("keys", set);
    }
}
