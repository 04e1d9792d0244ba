package dev.faas.http.token;

import dev.faas.wire.Principal;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who sent a request, and whether a response that takes long may go on: no longer once the login has ended. An access token
 * may expire meanwhile.
 *
 * @param browser of a token that a browser keeps in a cookie; else null
 */
public record Access(Principal principal, @Nullable Browser browser, BooleanSupplier mayContinue) {
    /** @param csrf what only pages of this platform can send with a request */
    public record Browser(String csrf, Instant expiresAt) {
        @Override
        public String toString() {
            return "Browser[***]";
        }
    }
}
