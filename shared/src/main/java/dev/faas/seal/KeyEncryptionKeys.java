package dev.faas.seal;

import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.wire.Sha256;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts secrets that the service itself uses before they are stored (AES-256-GCM), so that a copy of the database has none.
 * The first key encrypts; the others decrypt what was encrypted before the file had its first line. Without keys, secrets are
 * stored as they are.
 */
public final class KeyEncryptionKeys {
    public static final KeyEncryptionKeys NONE = new KeyEncryptionKeys(List.of(), false);

    /** A stored secret: nonce and ciphertext, and the id of the key. */
    public record Wrapped(String kek, Buffer bytes) {}

    private record Kek(String id, SecretKeySpec key) {
        static Kek of(String hex) {
            var bytes = HexFormat.of().parseHex(hex);
            var digest = Sha256.digest("faas-kek " + HexFormat.of().formatHex(bytes));
            return new Kek(HexFormat.of().formatHex(digest, 0, ID_BYTES), new SecretKeySpec(bytes, "AES"));
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(KeyEncryptionKeys.class);
    private static final String IF_LOST =
            "If it is lost, delete the row: of auth.signing_key, then start again (all access tokens become invalid, and"
                    + " clients refresh by themselves), or of registry.destination";
    private static final String SETTING = "FAAS_KEK";
    private static final Pattern KEY = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int ID_BYTES = 8;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<Kek> keys;
    private final boolean isExpected;

    private KeyEncryptionKeys(List<Kek> keys, boolean isExpected) {
        this.keys = List.copyOf(keys);
        this.isExpected = isExpected;
    }

    public static KeyEncryptionKeys from(Env env) {
        var lines = env.secret(
                        SETTING,
                        "keys that encrypt secrets in the database, one a line, each 64 hexadecimal digits: the first one"
                                + " encrypts, the others only decrypt")
                .map(secret -> secret.value().lines().map(String::strip).toList())
                .orElse(List.of());
        var keys = new ArrayList<Kek>();
        for (int i = 0; i < lines.size(); i++) {
            if (KEY.matcher(lines.get(i)).matches()) {
                keys.add(Kek.of(lines.get(i)));
            } else if (!lines.get(i).isEmpty()) {
                env.addProblem(
                        SETTING, "must have 64 hexadecimal digits a line; line " + (i + 1) + " has something else");
            }
        }
        return new KeyEncryptionKeys(keys, Profile.from(env) == Profile.SHARED);
    }

    /** @param what is stored, and what that allows */
    public void warnIfMissing(String what) {
        if (keys.isEmpty() && isExpected) {
            LOG.warn("{}. Set FAAS_KEK_FILE to a file with 64 random hexadecimal digits", what);
        }
    }

    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Of the key that encrypts now. */
    public Optional<String> firstId() {
        return keys.stream().findFirst().map(Kek::id);
    }

    /** @param id of the secret; the value cannot be decrypted as that of another one */
    public Wrapped wrap(String id, String secret) {
        var kek = keys.getFirst();
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, kek, nonce, id);
            var encrypted = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return new Wrapped(kek.id, Buffer.buffer(nonce).appendBytes(encrypted));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM does not support AES-256-GCM: use another JDK", e);
        }
    }

    /** @throws IllegalStateException says what to do when none of the keys is the right one */
    public String unwrap(String id, String kekId, byte[] wrapped) {
        var kek = keys.stream()
                .filter(each -> each.id.equals(kekId))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the stored secret " + id
                        + " is encrypted with the key-encryption key " + kekId + ", which "
                        + (isEmpty() ? "is not set" : "is not in the file")
                        + ": add it to the file that FAAS_KEK_FILE names, as a later line. "
                        + IF_LOST));
        try {
            return new String(
                    cipher(Cipher.DECRYPT_MODE, kek, Arrays.copyOf(wrapped, NONCE_BYTES), id)
                            .doFinal(wrapped, NONCE_BYTES, wrapped.length - NONCE_BYTES),
                    StandardCharsets.UTF_8);
        } catch (AEADBadTagException e) {
            throw new IllegalStateException(
                    "the stored secret " + id + " has been changed in the database: restore its row from a backup. "
                            + IF_LOST,
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM does not support AES-256-GCM: use another JDK", e);
        }
    }

    private static Cipher cipher(int mode, Kek kek, byte[] nonce, String id) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, kek.key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "KeyEncryptionKeys" + keys.stream().map(Kek::id).toList();
    }
}
