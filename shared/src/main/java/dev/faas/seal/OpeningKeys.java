package dev.faas.seal;

import dev.faas.config.Env;
import dev.faas.config.Secret;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;

/**
 * Opens secrets of functions, or of hooks: the private halves of {@link SealingKey}s, of which only spawners, or gateways, have
 * any. Thread-safe.
 */
public final class OpeningKeys {
    private static final String SETTING = "FAAS_SEAL_PRIVATE";
    private static final String HOOKS = "FAAS_HOOK_SEAL_PRIVATE";

    private final Map<String, X25519PrivateKeyParameters> byId;

    private OpeningKeys(Map<String, X25519PrivateKeyParameters> byId) {
        this.byId = Map.copyOf(byId);
    }

    public static OpeningKeys from(Env env) {
        return from(env, SETTING, "private X25519 keys in PEM, which open secrets of functions");
    }

    /** Of gateways. */
    public static OpeningKeys ofHooks(Env env) {
        return from(env, HOOKS, "private X25519 keys in PEM, which open secrets of hooks' signatures");
    }

    private static OpeningKeys from(Env env, String setting, String doc) {
        var pem = env.secret(setting, doc).map(Secret::value).orElse("");
        var byId = new HashMap<String, X25519PrivateKeyParameters>();
        try {
            for (var key : Hpke.readPem(pem, PrivateKeyFactory::createKey)) {
                if (!(key instanceof X25519PrivateKeyParameters own)) {
                    throw new IOException("not an X25519 key");
                }
                byId.put(Hpke.id(own.generatePublicKey()), own);
            }
        } catch (IOException notAKey) {
            byId.clear();
        }
        if (!pem.isEmpty() && byId.isEmpty()) {
            env.addProblem(
                    setting, "must be private X25519 keys in PEM, as 'openssl genpkey -algorithm X25519' writes one");
        }
        return new OpeningKeys(byId);
    }

    /** Empty when none of the keys opens it, or it was sealed as another secret or version. */
    public Optional<byte[]> open(SecretId id, String keyId, byte[] sealed) {
        var key = byId.get(keyId);
        return key == null ? Optional.empty() : Hpke.open(key, SealingKey.INFO, id.authenticated(), sealed);
    }

    @Override
    public String toString() {
        return "OpeningKeys" + byId.keySet();
    }
}
