package dev.faas.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Computes, checks, parses and encodes an Argon2id hash (RFC 9106, version 1.3), encoded as a PHC string:
 * {@code $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>}. A computation takes tens of milliseconds and {@code memoryKb} of
 * memory: do not call it on an event loop.
 */
final class Argon2Hash {
    /** @param memoryKb in KiB; {@code iterations} are passes over it, {@code parallelism} is the number of lanes */
    record Cost(int memoryKb, int iterations, int parallelism) {}

    /** OWASP's minimum (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
    static final Cost OWASP_MINIMUM = new Cost(19_456, 2, 1);

    static final int HASH_BYTES = 32;
    private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();
    private static final Pattern PHC = Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3})"
            + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{16,86})");

    private final Cost cost;
    private final byte[] salt;
    private final byte[] hash;

    Argon2Hash(Cost cost, byte[] salt, byte[] hash) {
        this.cost = cost;
        this.salt = salt.clone();
        this.hash = hash.clone();
    }

    static Argon2Hash of(String password, byte[] salt, Cost cost) {
        return new Argon2Hash(cost, salt, compute(password, salt, cost, HASH_BYTES));
    }

    static Argon2Hash parse(String phc) {
        var m = PHC.matcher(phc);
        if (!m.matches()) {
            throw new IllegalArgumentException("not an argon2id PHC string"); // the text itself is a secret
        }
        var cost = new Cost(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
        return new Argon2Hash(
                cost,
                Base64.getDecoder().decode(m.group(4)),
                Base64.getDecoder().decode(m.group(5)));
    }

    String encode() {
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        cost.memoryKb(),
                        cost.iterations(),
                        cost.parallelism(),
                        BASE64.encodeToString(salt),
                        BASE64.encodeToString(hash));
    }

    boolean matches(String password) {
        return MessageDigest.isEqual(hash, compute(password, salt, cost, hash.length));
    }

    private static byte[] compute(String password, byte[] salt, Cost cost, int bytes) {
        var argon2 = new Argon2BytesGenerator();
        argon2.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKb())
                .withIterations(cost.iterations())
                .withParallelism(cost.parallelism())
                .withSalt(salt)
                .build());
        var hash = new byte[bytes];
        // NFC, so that one password is the same from every keyboard (RFC 8265, OpaqueString).
        var canonical = Normalizer.normalize(password, Normalizer.Form.NFC);
        argon2.generateBytes(canonical.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }
}
