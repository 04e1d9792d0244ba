package dev.faas.testing;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A P-256 key that signs access tokens as auth-service does, and tokens that it never would. */
public record TestKey(String kid, KeyPair pair) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int COORDINATE_BYTES = 32;
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    public static TestKey generate() {
        return generate("test-key");
    }

    public static TestKey generate(String kid) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new TestKey(kid, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The public half, as auth-service publishes it. */
    public String jwk() {
        var point = ((ECPublicKey) pair.getPublic()).getW();
        return new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("use", "sig")
                .put("alg", "ES256")
                .put("kid", kid)
                .put("x", coordinate(point.getAffineX()))
                .put("y", coordinate(point.getAffineY()))
                .encode();
    }

    private static String coordinate(BigInteger value) {
        var bytes = value.toByteArray();
        var padded = new byte[COORDINATE_BYTES];
        int length = Math.min(COORDINATE_BYTES, bytes.length);
        System.arraycopy(bytes, bytes.length - length, padded, COORDINATE_BYTES - length, length);
        return BASE64.encodeToString(padded);
    }

    public JsonObject header() {
        return new JsonObject().put("alg", "ES256").put("typ", "JWT").put("kid", kid);
    }

    public static JsonObject claims(Instant expires) {
        return new JsonObject()
                .put("iss", "faas")
                .put("aud", "faas")
                .put("sub", "usr_1")
                .put("sid", "s1")
                .put("name", "ada")
                .put("roles", List.of("admin"))
                .put("exp", expires.getEpochSecond());
    }

    /** A valid access token of this user. */
    public String access(String userId) {
        return access(userId, "sid_" + userId);
    }

    public String access(String userId, String sid) {
        var now = Instant.now();
        return token(claims(now.plus(LIFETIME))
                .put("sub", userId)
                .put("sid", sid)
                .put("name", "somebody")
                .put("roles", List.of("user"))
                .put("iat", now.getEpochSecond()));
    }

    /** The same as the value of an Authorization header. */
    public String bearer(String userId) {
        return "Bearer " + access(userId);
    }

    public String token(JsonObject claims) {
        return sign(header(), claims);
    }

    public String sign(JsonObject header, JsonObject claims) {
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(unsigned(header, claims).getBytes(StandardCharsets.US_ASCII));
            return unsigned(header, claims) + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static String unsigned(JsonObject header, JsonObject claims) {
        return part(header) + "." + part(claims);
    }

    public static String hmac(byte[] secret, JsonObject header, JsonObject claims) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        var text = unsigned(header, claims);
        return text + "." + BASE64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String part(JsonObject json) {
        return BASE64.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }
}
