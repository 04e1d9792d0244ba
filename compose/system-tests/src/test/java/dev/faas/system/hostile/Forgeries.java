package dev.faas.system.hostile;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists forged tokens by name: the attacks of RFC 8725 (JWT best current practices) and similar ones. */
final class Forgeries {
    private final TokenForger forger;
    private final String real;
    private final Map<String, String> byName = new LinkedHashMap<>();

    private Forgeries(TokenForger forger, String real) {
        this.forger = forger;
        this.real = real;
    }

    static Map<String, String> of(TokenForger forger, String realToken) throws GeneralSecurityException {
        var all = new Forgeries(forger, realToken);
        all.otherAlgorithms();
        all.otherKeys();
        all.headersThatBringAKey();
        all.patchedUp();
        all.otherClaims();
        all.twoMeanings();
        all.noTokens();
        return all.byName;
    }

    private void otherAlgorithms() throws GeneralSecurityException {
        var payload = TokenForger.part(forger.claims());
        for (var none : List.of("none", "None", "NONE", "nOnE", "none ", "")) {
            var unsigned = TokenForger.part(forger.header("alg", none)) + "." + payload;
            byName.put("alg '" + none + "', no signature", unsigned + ".");
            byName.put("alg '" + none + "', two parts", unsigned);
            byName.put("alg '" + none + "', the old signature", unsigned + real.substring(real.lastIndexOf('.')));
        }
        for (var symmetric : List.of("HS256", "HS384", "ES256")) {
            var header = TokenForger.part(forger.header("alg", symmetric));
            var jwk = forger.publicJwk().getBytes(StandardCharsets.UTF_8);
            byName.put(symmetric + " with the public key as its secret", TokenForger.hmac(jwk, header, payload));
        }
        for (var other : List.of("RS256", "PS256", "EdDSA", "ES384", "es256", "ES256K")) {
            byName.put("says " + other, forger.withHeader("alg", other));
        }
    }

    private void otherKeys() throws GeneralSecurityException {
        var header = TokenForger.part(forger.header("typ", "JWT"));
        var payload = TokenForger.part(forger.claims());
        byName.put(
                "another key of the same curve",
                TokenForger.signed(pair("secp256r1").getPrivate(), "SHA256withECDSAinP1363Format", header, payload));
        byName.put(
                "another curve",
                TokenForger.signed(pair("secp384r1").getPrivate(), "SHA256withECDSAinP1363Format", header, payload));
        byName.put("a DER signature", TokenForger.signed(forger.key(), "SHA256withECDSA", header, payload));
        for (var kid : List.of(
                "unknown",
                "",
                forger.kid() + "x",
                "../../../../dev/null",
                "/proc/self/environ",
                "x' or '1'='1",
                forger.kid() + "'; drop table signing_key; --",
                "$(id)",
                "a\0b",
                "http://127.0.0.1:1/key")) {
            byName.put("kid " + kid, forger.withHeader("kid", kid));
        }
        byName.put("kid that is a list", forger.withHeader("kid", List.of(forger.kid())));
    }

    private void headersThatBringAKey() throws GeneralSecurityException {
        var pair = pair("secp256r1");
        for (var name : List.of("jku", "x5u")) {
            byName.put(name, forger.withHeader(name, "http://127.0.0.1:1/keys.json"));
        }
        var brought =
                TokenForger.part(forger.header("jwk", Map.of("kty", "EC", "crv", "P-256", "x", "AAAA", "y", "AAAA")));
        byName.put(
                "jwk",
                TokenForger.signed(
                        pair.getPrivate(), "SHA256withECDSAinP1363Format", brought, TokenForger.part(forger.claims())));
        byName.put("x5c", forger.withHeader("x5c", List.of("MIIB")));
        byName.put("crit", forger.withHeader("crit", List.of("exp")));
        byName.put("b64", forger.withHeader("b64", false));
        byName.put("zip", forger.withHeader("zip", "DEF"));
        byName.put("cty JWT", forger.withHeader("cty", "JWT"));
        byName.put("typ of something else", forger.withHeader("typ", "secevent+jwt"));
    }

    private void patchedUp() throws GeneralSecurityException {
        var parts = real.split("\\.");
        var otherPayload = TokenForger.part(forger.claimsWith("sub", "usr_00000000000000000000000000"));
        byName.put("another payload", parts[0] + "." + otherPayload + "." + parts[2]);
        byName.put("another header", TokenForger.part(forger.header("a", 1)) + "." + parts[1] + "." + parts[2]);
        byName.put("without its signature", parts[0] + "." + parts[1]);
        byName.put("with an empty signature", parts[0] + "." + parts[1] + ".");
        byName.put("a signature of zeros", parts[0] + "." + parts[1] + "." + "A".repeat(86));
        byName.put("a signature cut off", real.substring(0, real.length() - 2));
        byName.put("padding", real + "==");
        byName.put("a part more", real + ".x");
        byName.put("a part before", "e30." + real);
        byName.put("white space inside", parts[0] + ". " + parts[1] + "." + parts[2]);
        byName.put("a tab inside", parts[0] + ".\t" + parts[1] + "." + parts[2]);
        byName.put("two tokens", real + " " + real);
        byName.put("two tokens with a comma", real + "," + real);
        byName.put("in quotes", "\"" + real + "\"");
    }

    private void otherClaims() throws GeneralSecurityException {
        var now = Instant.now().getEpochSecond();
        byName.put("another issuer", forger.withClaims(forger.claimsWith("iss", "somebody")));
        byName.put("another audience", forger.withClaims(forger.claimsWith("aud", "elsewhere")));
        byName.put("several other audiences", forger.withClaims(forger.claimsWith("aud", List.of("a", "b"))));
        byName.put("not valid yet", forger.withClaims(forger.claimsWith("nbf", now + 3600)));
        byName.put("nbf as a text", forger.withClaims(forger.claimsWith("nbf", "0")));
        for (var claim : List.of("iss", "aud", "exp", "sub", "sid", "name")) {
            byName.put("without " + claim, forger.withClaims(forger.claimsWithout(claim)));
            byName.put(claim + " as an object", forger.withClaims(forger.claimsWith(claim, Map.of())));
        }
        byName.put("exp as a text", forger.withClaims(forger.claimsWith("exp", Long.toString(now + 900))));
        byName.put("exp before time began", forger.withClaims(forger.claimsWith("exp", -1)));
        byName.put("exp beyond all time", forger.withClaims(forger.claimsWith("exp", Long.MAX_VALUE)));
    }

    private void twoMeanings() throws GeneralSecurityException {
        var header = TokenForger.part(forger.header("typ", "JWT"));
        var payload = TokenForger.part(forger.claims());
        var json = new String(java.util.Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        byName.put(
                "a claim twice",
                forger.signed(header, TokenForger.part(json.replaceFirst("\\{", "{\"sub\":\"usr_x\","))));
        byName.put(
                "an algorithm twice",
                forger.signed(
                        TokenForger.part("{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"" + forger.kid() + "\"}"),
                        payload));
        byName.put("nested", forger.signed(TokenForger.part(forger.header("cty", "JWT")), TokenForger.part(real)));
        byName.put("nested without saying so", forger.signed(header, TokenForger.part(real)));
        byName.put("a payload that is a list", forger.signed(header, TokenForger.part("[" + json + "]")));
        byName.put("a payload with a tail", forger.signed(header, TokenForger.part(json + "{}")));
    }

    private void noTokens() {
        byName.put("oversized", real.replaceFirst("\\.", "." + "A".repeat(9_000)));
        byName.put("dots", "..");
        byName.put("an API key that is none", "faas_0123456789abcdefghjkmnpqrs");
        byName.put("text", "let-me-in");
        byName.put("not ASCII", "é" + real);
    }

    private static KeyPair pair(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }
}
