package dev.faas.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** Signs access tokens like auth-service. */
final class Signer {
    private static final int COORDINATE_BYTES = 32;

    final String kid = "test-key";
    private final JsonObject publicJwk;
    private final JWTAuth jwt;

    Signer(Vertx vertx) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            publicJwk = new JsonObject()
                    .put("kty", "EC")
                    .put("crv", "P-256")
                    .put("use", "sig")
                    .put("alg", "ES256")
                    .put("kid", kid)
                    .put("x", coordinate(point.getAffineX()))
                    .put("y", coordinate(point.getAffineY()));
            var privateJwk = publicJwk.copy().put("d", coordinate(((ECPrivateKey) pair.getPrivate()).getS()));
            jwt = JWTAuth.create(vertx, new JWTAuthOptions().addJwk(privateJwk));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String publicJwk() {
        return publicJwk.encode();
    }

    /** The value of an Authorization header. */
    String bearer(String userId) {
        var now = Instant.now().getEpochSecond();
        var claims = new JsonObject()
                .put("iss", "faas")
                .put("aud", "faas")
                .put("sub", userId)
                .put("sid", "sid_" + userId)
                .put("name", "somebody")
                .put("roles", new JsonArray().add("user"))
                .put("iat", now)
                .put("exp", now + 900);
        return "Bearer " + jwt.generateToken(claims, new JWTOptions().setAlgorithm("ES256"));
    }

    private static String coordinate(BigInteger number) {
        var bytes = number.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(fixed, COORDINATE_BYTES));
    }
}
