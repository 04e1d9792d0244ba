package dev.faas.http.token;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.util.Base64;

/**
 * A new pair of keys for {@link TrustRoot} and {@link EntrySigner}.
 *
 * @param publicKey the text of its PEM file; so is {@code privateKey}
 */
public record NewTrustRoot(String publicKey, String privateKey) {
    public static NewTrustRoot generate() {
        try {
            var pair = KeyPairGenerator.getInstance(Ed25519.NAME).generateKeyPair();
            return new NewTrustRoot(pem("PUBLIC KEY", pair.getPublic()), pem("PRIVATE KEY", pair.getPrivate()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java has no Ed25519", e);
        }
    }

    private static String pem(String kind, Key key) {
        var text = Base64.getEncoder().encodeToString(key.getEncoded());
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    @Override
    public String toString() {
        return "NewTrustRoot[***]";
    }
}
