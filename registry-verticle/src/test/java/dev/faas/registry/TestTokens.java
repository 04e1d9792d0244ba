package dev.faas.registry;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;

/** Signs access tokens like auth-service (ES256), with the test's own key and the JDK only. */
final class TestTokens {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final int COORDINATE_BYTES = 32;

    private final KeyPair pair;

    TestTokens() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
    }

    String kid() {
        return "key-of-the-test";
    }

    String publicJwk() {
        var point = ((ECPublicKey) pair.getPublic()).getW();
        return new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("use", "sig")
                .put("alg", "ES256")
                .put("kid", kid())
                .put("x", fixed(point.getAffineX()))
                .put("y", fixed(point.getAffineY()))
                .encode();
    }

    String of(String userId) throws GeneralSecurityException {
        return of(userId, "sid_" + userId);
    }

    String of(String userId, String sid) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        var header = new JsonObject().put("alg", "ES256").put("typ", "JWT").put("kid", kid());
        var claims = new JsonObject()
                .put("iss", "faas")
                .put("aud", "faas")
                .put("sub", userId)
                .put("sid", sid)
                .put("name", "somebody")
                .put("roles", new JsonArray().add("user"))
                .put("iat", now)
                .put("exp", now + 900);
        var signed = encode(header.encode().getBytes(StandardCharsets.UTF_8)) + "."
                + encode(claims.encode().getBytes(StandardCharsets.UTF_8));
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + encode(signature.sign());
    }

    private static String encode(byte[] bytes) {
        return BASE64URL.encodeToString(bytes);
    }

    private static String fixed(BigInteger value) {
        var bytes = value.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return encode(fixed);
    }
}
