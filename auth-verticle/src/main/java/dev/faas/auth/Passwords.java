package dev.faas.auth;

import dev.faas.auth.admission.HashQueue;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.Optional;

/** Hashes and checks passwords. Each needs a permit in the {@link HashQueue}. */
final class Passwords {
    private static final int SALT_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Argon2Hash decoy = new Argon2Hash(Argon2Hash.OWASP_MINIMUM, salt(), new byte[Argon2Hash.HASH_BYTES]);

    /** The PHC string to store. */
    Future<String> hash(String password, HashQueue.Permit permit) {
        return permit.compute(() -> hash(password));
    }

    /** The same on this thread, for a program that has one password. */
    String hash(String password) {
        return Argon2Hash.of(password, salt(), Argon2Hash.OWASP_MINIMUM).encode();
    }

    /** False without a stored hash, after the same work, so that the time does not reveal whether the user exists. */
    Future<Boolean> matches(String password, Optional<String> stored, HashQueue.Permit permit) {
        return permit.compute(() -> {
            var matches = stored.map(Argon2Hash::parse).orElse(decoy).matches(password);
            return matches && stored.isPresent();
        });
    }

    private byte[] salt() {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }
}
