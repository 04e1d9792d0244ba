package dev.faas.http.token;

import dev.faas.config.Env;
import dev.faas.config.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What auth says on the bus about keys is believed if this key has signed it: who may write to the bus, or change its streams, mints
 * no token. Its private half is auth's alone ({@link EntrySigner}). Thread-safe.
 */
public final class TrustRoot {
    /** Believes everything, as a platform without a trust root does. */
    public static final TrustRoot NONE = new TrustRoot(null);

    private static final String SETTING = "FAAS_TRUST_ROOT_FILE";

    private final @Nullable PublicKey key;

    TrustRoot(@Nullable PublicKey key) {
        this.key = key;
    }

    /** Required where others reach the platform. */
    public static TrustRoot from(Env env) {
        var file = env.optional(
                SETTING, "public key (Ed25519, PEM) of what auth-service says about keys; default in private: none");
        if (file.isEmpty()) {
            if (Profile.from(env) == Profile.SHARED) {
                env.addProblem(
                        SETTING,
                        "is required where others reach the platform: name the file trust-root.pub, which compose/secrets"
                                + " makes; on a machine that nobody else reaches, set FAAS_PROFILE=private instead");
            }
            return NONE;
        }
        try {
            return new TrustRoot(Ed25519.publicKey(Path.of(file.get())));
        } catch (GeneralSecurityException e) {
            env.addProblem(SETTING, String.valueOf(e.getMessage()));
            return NONE;
        }
    }

    /** For a reader of one bucket. */
    public SignedEntries entriesOf(String bucket) {
        return new SignedEntries(this, bucket);
    }

    boolean isNone() {
        return key == null;
    }

    boolean hasSigned(String bucket, String key, SignedEntry entry) {
        if (this.key == null) {
            return false;
        }
        try {
            var signature = Signature.getInstance(Ed25519.NAME);
            signature.initVerify(this.key);
            signature.update(SignedEntry.statement(bucket, key, entry.counter(), entry.value())
                    .getBytes(StandardCharsets.UTF_8));
            return signature.verify(Base64.getUrlDecoder().decode(entry.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }
}
