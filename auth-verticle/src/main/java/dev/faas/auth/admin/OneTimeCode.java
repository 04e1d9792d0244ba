package dev.faas.auth.admin;

import dev.faas.wire.Sha256;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.util.stream.Collectors;

/** Creates codes that an admin hands to a person: 130 random bits in letters and digits that cannot be mistaken. */
final class OneTimeCode {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int LENGTH = 26;
    private static final SecureRandom RANDOM = new SecureRandom();

    private OneTimeCode() {}

    static String create() {
        return RANDOM.ints(LENGTH, 0, ALPHABET.length())
                .mapToObj(index -> ALPHABET.substring(index, index + 1))
                .collect(Collectors.joining());
    }

    /** Stored instead of the code, which has so many bits that a fast digest is as safe as a slow one. */
    static Buffer fingerprint(String code) {
        return Buffer.buffer(Sha256.digest(code));
    }
}
