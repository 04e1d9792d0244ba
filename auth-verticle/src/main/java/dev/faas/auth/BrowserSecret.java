package dev.faas.auth;

import dev.faas.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives the CSRF token of each login: it stays the same for all tabs of a browser, and nothing is stored for it. */
record BrowserSecret(UUID secret) {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID_DIGITS = 6;

    /** Names this platform, in cookies. */
    String platform() {
        return Sha256.hex(secret.toString()).substring(0, ID_DIGITS);
    }

    String csrf(String sid) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.toString().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(sid.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "BrowserSecret[***]";
    }
}
