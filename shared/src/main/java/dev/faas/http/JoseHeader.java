package dev.faas.http;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** The header of a compact JWS (RFC 7515): what is needed to choose the key, before anything is believed. */
record JoseHeader(String algorithm, String kid) {
    private static final int MAX_TOKEN_LENGTH = 8_192;

    /** Empty unless the token has three parts, none of them empty, and its header an algorithm and a key. */
    static Optional<JoseHeader> of(String token) {
        var parts = token.length() > MAX_TOKEN_LENGTH ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            return Optional.empty();
        }
        try {
            var header = new JsonObject(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8));
            return header.getValue("alg") instanceof String algorithm && header.getValue("kid") instanceof String kid
                    ? Optional.of(new JoseHeader(algorithm, kid))
                    : Optional.empty();
        } catch (IllegalArgumentException | DecodeException notAToken) {
            return Optional.empty();
        }
    }
}
