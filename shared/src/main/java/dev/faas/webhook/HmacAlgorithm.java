package dev.faas.webhook;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public enum HmacAlgorithm {
    SHA256("HmacSHA256"),
    SHA512("HmacSHA512");

    private final String name;

    HmacAlgorithm(String name) {
        this.name = name;
    }

    /** @param parts signed one after the other */
    byte[] sign(byte[] key, byte[]... parts) {
        try {
            var mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(key, name));
            for (var part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }
}
