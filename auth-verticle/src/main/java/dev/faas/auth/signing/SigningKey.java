package dev.faas.auth.signing;

import dev.faas.wire.Sha256;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;

/**
 * Holds one ES256 key pair: P-256 coordinates and private value, each 32 bytes in base64url as in a JSON Web Key
 * (RFC 7518, 6.2).
 *
 * @param kid thumbprint of the public key (RFC 7638)
 * @param signsFrom when it begins to sign; it verifies as soon as it is stored
 */
public record SigningKey(String kid, String x, String y, String d, Instant signsFrom) {
    private static final int COORDINATE_BYTES = 32;
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    public static SigningKey generate(Instant signsFrom) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            var x = encodeFixed(point.getAffineX());
            var y = encodeFixed(point.getAffineY());
            return new SigningKey(
                    thumbprint(x, y), x, y, encodeFixed(((ECPrivateKey) pair.getPrivate()).getS()), signsFrom);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM does not support the curve P-256: use another JDK", e);
        }
    }

    public JsonObject publicJwk() {
        return new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("use", "sig")
                .put("alg", "ES256")
                .put("kid", kid)
                .put("x", x)
                .put("y", y);
    }

    public JsonObject privateJwk() {
        return publicJwk().put("d", d);
    }

    /** The required members in lexicographic order, without white space (RFC 7638, 3). */
    private static String thumbprint(String x, String y) {
        var canonical = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(x, y);
        return BASE64URL.encodeToString(Sha256.digest(canonical));
    }

    /** Big-endian, padded or trimmed to 32 bytes: BigInteger drops leading zeros and may add a sign byte. */
    private static String encodeFixed(BigInteger value) {
        var bytes = value.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        var length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return BASE64URL.encodeToString(fixed);
    }

    @Override
    public String toString() {
        return "SigningKey[" + kid + "]";
    }
}
