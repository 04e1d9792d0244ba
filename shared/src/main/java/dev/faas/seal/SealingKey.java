package dev.faas.seal;

import dev.faas.config.Env;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * Seals secrets of functions, or of hooks. Its owner cannot open them: only spawners, or gateways, have {@link OpeningKeys}.
 * Thread-safe.
 */
public final class SealingKey {
    /** What a sealed value is longer than the value. */
    public static final int OVERHEAD_BYTES = Hpke.OVERHEAD_BYTES;

    static final byte[] INFO = "faas secret 1".getBytes(StandardCharsets.US_ASCII);
    private static final String SETTING = "FAAS_SEAL_PUBLIC";
    private static final String HOOKS = "FAAS_HOOK_SEAL_PUBLIC";

    private final X25519PublicKeyParameters key;

    SealingKey(X25519PublicKeyParameters key) {
        this.key = key;
    }

    public static Optional<SealingKey> from(Env env) {
        return from(env, SETTING, "public X25519 key in PEM, to which secrets of functions are sealed");
    }

    /** For gateways. */
    public static Optional<SealingKey> ofHooks(Env env) {
        return from(env, HOOKS, "public X25519 key in PEM, to which secrets of hooks' signatures are sealed");
    }

    private static Optional<SealingKey> from(Env env, String setting, String doc) {
        return env.secret(setting, doc).flatMap(text -> {
            var key = parse(text.value());
            if (key.isEmpty()) {
                env.addProblem(setting, "must be one public X25519 key in PEM, as 'openssl pkey -pubout' writes it");
            }
            return key;
        });
    }

    static Optional<SealingKey> parse(String pem) {
        try {
            var keys = Hpke.readPem(pem, PublicKeyFactory::createKey);
            return keys.size() == 1 && keys.getFirst() instanceof X25519PublicKeyParameters key
                    ? Optional.of(new SealingKey(key))
                    : Optional.empty();
        } catch (IOException notAKey) {
            return Optional.empty();
        }
    }

    /** Names the key beside what it has sealed. */
    public String id() {
        return Hpke.id(key);
    }

    public byte[] seal(SecretId id, byte[] value) {
        return Hpke.seal(key, INFO, id.authenticated(), value);
    }
}
