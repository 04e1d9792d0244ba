package dev.faas.system.hostile;

import dev.faas.config.Env;
import dev.faas.pg.Pg;
import dev.faas.pg.PgConfig;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.wire.Codec;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Creates tokens that auth would never issue, signed with auth's own key where a valid signature is needed.
 *
 * @param claims of a real token
 */
record TokenForger(String kid, String publicJwk, PrivateKey key, Map<String, Object> claims) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** Reads the key from the platform's database. */
    static TokenForger of(Vertx vertx, Map<String, String> settingsOfAuth, String realToken) throws Exception {
        var env = Env.of(settingsOfAuth);
        var keks = KeyEncryptionKeys.from(env);
        var pg = Pg.open(vertx, PgConfig.from(env, "auth"));
        try {
            var row = pg.withPool(pool -> pool.query("select kid, x, y, d, d_wrapped, kek from signing_key")
                            .execute()
                            .map(rows -> rows.iterator().next()))
                    .await();
            var jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}"
                    .formatted(row.getString("x"), row.getString("y"));
            var kid = row.getString("kid");
            var plain = row.getString("d");
            var encoded = plain != null
                    ? plain
                    : keks.unwrap(
                            kid,
                            row.getString("kek"),
                            row.getBuffer("d_wrapped").getBytes());
            var d = new BigInteger(1, Base64.getUrlDecoder().decode(encoded));
            return new TokenForger(kid, jwk, privateKey(d), payload(realToken));
        } finally {
            pg.close().await();
        }
    }

    private static PrivateKey privateKey(BigInteger d) throws GeneralSecurityException {
        var curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        return KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(d, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static Map<String, Object> payload(String token) {
        var claims = new LinkedHashMap<String, Object>();
        Codec.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]))
                .properties()
                .forEach(claim -> claims.put(claim.getKey(), claim.getValue()));
        return claims;
    }

    /** Auth's header with an added or changed member. */
    Map<String, Object> header(String name, Object value) {
        var header = new LinkedHashMap<String, Object>(Map.of("typ", "JWT", "alg", "ES256", "kid", kid));
        header.put(name, value);
        return header;
    }

    Map<String, Object> claimsWith(String name, Object value) {
        var changed = new LinkedHashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    Map<String, Object> claimsWithout(String name) {
        var changed = new LinkedHashMap<>(claims);
        changed.remove(name);
        return changed;
    }

    static String part(Object json) {
        return part(new String(Codec.write(json), StandardCharsets.UTF_8));
    }

    static String part(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Signed with auth's key. */
    String signed(String header, String payload) throws GeneralSecurityException {
        return signed(key, "SHA256withECDSAinP1363Format", header, payload);
    }

    String withHeader(String name, Object value) throws GeneralSecurityException {
        return signed(part(header(name, value)), part(claims));
    }

    String withClaims(Map<String, Object> changed) throws GeneralSecurityException {
        return signed(part(header("typ", "JWT")), part(changed));
    }

    static String signed(PrivateKey key, String algorithm, String header, String payload)
            throws GeneralSecurityException {
        var signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update((header + "." + payload).getBytes(StandardCharsets.US_ASCII));
        return header + "." + payload + "." + BASE64.encodeToString(signature.sign());
    }

    static String hmac(byte[] secret, String header, String payload) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return header + "." + payload + "."
                + BASE64.encodeToString(mac.doFinal((header + "." + payload).getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return "Forger[" + kid + "]";
    }
}
