package dev.faas.http.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.StrictJson;
import dev.faas.wire.ProblemException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the header of a compact JWS (RFC 7515), to choose the key before the signature is checked. Accepts only what auth
 * writes: no key in the token or at an address ({@code jwk}, {@code jku}, {@code x5u}), no extension ({@code crit}), and
 * nothing that can be read in two ways (duplicate members, padding, a nested token).
 */
record JoseHeader(String algorithm, String kid) {
    private static final int MAX_TOKEN_LENGTH = 8_192;
    private static final Set<String> MEMBERS = Set.of("alg", "kid", "typ");

    /** A signature of ES256 has 64 bytes, 86 characters. */
    private static final Pattern COMPACT =
            Pattern.compile("([A-Za-z0-9_-]{1,1024})\\.([A-Za-z0-9_-]+)\\.[A-Za-z0-9_-]{86}");

    /** Empty unless the token has three parts, the first two are JSON objects, and the header names an algorithm and a key. */
    static Optional<JoseHeader> of(String token) {
        if (token.length() > MAX_TOKEN_LENGTH) {
            return Optional.empty();
        }
        var parts = COMPACT.matcher(token);
        return parts.matches()
                ? json(parts.group(2)).flatMap(claims -> json(parts.group(1))).flatMap(JoseHeader::read)
                : Optional.empty();
    }

    private static Optional<JoseHeader> read(ObjectNode header) {
        var plain = header.properties().stream()
                .allMatch(member ->
                        MEMBERS.contains(member.getKey()) && member.getValue().isTextual());
        return plain
                        && header.has("alg")
                        && header.has("kid")
                        && header.path("typ").asText("JWT").equalsIgnoreCase("JWT")
                ? Optional.of(new JoseHeader(
                        header.path("alg").textValue(), header.path("kid").textValue()))
                : Optional.empty();
    }

    private static Optional<ObjectNode> json(String part) {
        try {
            return Optional.of(StrictJson.object(Base64.getUrlDecoder().decode(part)));
        } catch (IllegalArgumentException | ProblemException notAToken) {
            return Optional.empty();
        }
    }
}
