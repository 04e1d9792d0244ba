package dev.faas.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;

/** A key pair for secrets of functions, as the settings of the registry and the spawners have it. */
public record SealKeys(Map<String, String> ofRegistry, Map<String, String> ofSpawner) {
    public static SealKeys generate() {
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            return new SealKeys(
                    Map.of("FAAS_SEAL_PUBLIC", pem("PUBLIC", pair.getPublic().getEncoded())),
                    Map.of("FAAS_SEAL_PRIVATE", pem("PRIVATE", pair.getPrivate().getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String kind, byte[] der) {
        var text = Base64.getEncoder().encodeToString(der);
        return "-----BEGIN %s KEY-----\n%s\n-----END %s KEY-----\n".formatted(kind, text, kind);
    }
}
