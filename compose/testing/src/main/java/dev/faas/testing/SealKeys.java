package dev.faas.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;

/** A key pair for secrets of functions or of hooks, as the settings of services have it. */
public record SealKeys(String publicPem, String privatePem) {
    public static SealKeys generate() {
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            return new SealKeys(
                    pem("PUBLIC", pair.getPublic().getEncoded()),
                    pem("PRIVATE", pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public Map<String, String> ofRegistry() {
        return Map.of("FAAS_SEAL_PUBLIC", publicPem);
    }

    public Map<String, String> ofSpawner() {
        return Map.of("FAAS_SEAL_PRIVATE", privatePem);
    }

    /** For hooks. */
    public Map<String, String> ofHooksAtRegistry() {
        return Map.of("FAAS_HOOK_SEAL_PUBLIC", publicPem);
    }

    /** For hooks. */
    public Map<String, String> ofGateway() {
        return Map.of("FAAS_HOOK_SEAL_PRIVATE", privatePem);
    }

    private static String pem(String kind, byte[] der) {
        var text = Base64.getEncoder().encodeToString(der);
        return "-----BEGIN %s KEY-----\n%s\n-----END %s KEY-----\n".formatted(kind, text, kind);
    }
}
