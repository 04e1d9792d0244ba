package dev.faas.auth;

import java.time.Duration;
import java.time.Instant;

/**
 * A login that was opened or refreshed.
 *
 * @param csrf the claim of its access token if that is for a browser; else empty
 * @param expiresAt of the access token
 * @param refreshLifetime of the refresh token
 */
record Login(Account account, TokenPair tokens, String csrf, Instant expiresAt, Duration refreshLifetime) {
    @Override
    public String toString() {
        return "Login[" + account.userId() + "]";
    }
}
