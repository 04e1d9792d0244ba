package dev.faas.http.token;

import dev.faas.config.Env;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Signs what auth puts on the bus, with the private half of the {@link TrustRoot}. Thread-safe. */
public final class EntrySigner {
    /** Leaves entries as they are, as a platform without a trust root does. */
    public static final EntrySigner NONE = new EntrySigner(null, TrustRoot.NONE);

    private static final String SETTING = "FAAS_TRUST_ROOT_KEY_FILE";

    private final @Nullable PrivateKey key;
    private final TrustRoot root;
    private final AtomicLong lastCounter = new AtomicLong();

    EntrySigner(@Nullable PrivateKey key, TrustRoot root) {
        this.key = key;
        this.root = root;
    }

    /** Required with a trust root. */
    public static EntrySigner from(Env env, TrustRoot root) {
        var file = env.optional(SETTING, "private key of FAAS_TRUST_ROOT_FILE (Ed25519, PEM), for auth-service alone");
        if (root.isNone()) {
            return NONE;
        }
        if (file.isEmpty()) {
            env.addProblem(SETTING, "is required with FAAS_TRUST_ROOT_FILE: name the file trust-root");
            return NONE;
        }
        try {
            var signer = new EntrySigner(Ed25519.privateKey(Path.of(file.get())), root);
            if (!signer.isSigned("", "", signer.sign("", "", "{\"a\":1}"))) {
                env.addProblem(SETTING, "is not the private half of FAAS_TRUST_ROOT_FILE: give both files of one pair");
            }
            return signer;
        } catch (GeneralSecurityException e) {
            env.addProblem(SETTING, String.valueOf(e.getMessage()));
            return NONE;
        }
    }

    /** @param json an object with a member */
    public byte[] sign(String bucket, String key, String json) {
        if (this.key == null) {
            return json.getBytes(StandardCharsets.UTF_8);
        }
        // By the clock, so that it grows over restarts and on all replicas.
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        long counter = lastCounter.updateAndGet(last -> Math.max(last + 1, now));
        try {
            var signature = Signature.getInstance(Ed25519.NAME);
            signature.initSign(this.key);
            signature.update(SignedEntry.statement(bucket, key, counter, json).getBytes(StandardCharsets.UTF_8));
            var text = Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
            return new SignedEntry(json, counter, text).bytes();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java cannot sign with Ed25519", e);
        }
    }

    /** Whether readers of this place believe the entry. */
    public boolean isSigned(String bucket, String key, byte[] entry) {
        return this.key == null
                || SignedEntry.parse(entry)
                        .filter(signed -> root.hasSigned(bucket, key, signed))
                        .isPresent();
    }
}
