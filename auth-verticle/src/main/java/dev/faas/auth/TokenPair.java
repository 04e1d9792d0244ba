package dev.faas.auth;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Describes the response to a login or a refresh (RFC 6749, 5.1). */
record TokenPair(
        @JsonProperty("access_token") String accessToken,
        @JsonProperty("token_type") String tokenType,
        @JsonProperty("expires_in") long expiresInSeconds,
        @JsonProperty("refresh_token") String refreshToken) {
    @Override
    public String toString() {
        return "TokenPair[***]";
    }
}
