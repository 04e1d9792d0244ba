package dev.faas.auth.admin;

import dev.faas.http.token.TokenCutoffs;
import java.time.Instant;

/** All access tokens of this user that were issued earlier are void. */
public record TokenCutoff(String userId, Instant tokensFrom, boolean deleted) {
    /** From when on tokens count. */
    public Instant published() {
        return deleted ? TokenCutoffs.NEVER : tokensFrom;
    }
}
