package dev.faas.http.token;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A P-256 key that signs any claims of a test. */
record TestKey(String kid, KeyPair pair) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    static TestKey generate(String kid) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return new TestKey(kid, generator.generateKeyPair());
    }

    String jwk() {
        var point = ((ECPublicKey) pair.getPublic()).getW();
        return new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("x", coordinate(point.getAffineX()))
                .put("y", coordinate(point.getAffineY()))
                .encode();
    }

    private static String coordinate(java.math.BigInteger value) {
        var bytes = value.toByteArray();
        var padded = new byte[32];
        var length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, padded, 32 - length, length);
        return BASE64.encodeToString(padded);
    }

    JsonObject header() {
        return new JsonObject().put("alg", "ES256").put("typ", "JWT").put("kid", kid);
    }

    static JsonObject claims(Instant expires) {
        return new JsonObject()
                .put("iss", "faas")
                .put("aud", "faas")
                .put("sub", "usr_1")
                .put("sid", "s1")
                .put("name", "ada")
                .put("roles", List.of("admin"))
                .put("exp", expires.getEpochSecond());
    }

    String token(JsonObject claims) throws GeneralSecurityException {
        return sign(header(), claims);
    }

    String sign(JsonObject header, JsonObject claims) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(unsigned(header, claims).getBytes(StandardCharsets.US_ASCII));
        return unsigned(header, claims) + "." + BASE64.encodeToString(signature.sign());
    }

    static String unsigned(JsonObject header, JsonObject claims) {
        return part(header) + "." + part(claims);
    }

    static String hmac(byte[] secret, JsonObject header, JsonObject claims) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        var text = unsigned(header, claims);
        return text + "." + BASE64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String part(JsonObject json) {
        return BASE64.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }
}
