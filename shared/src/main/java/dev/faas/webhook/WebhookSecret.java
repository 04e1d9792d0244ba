package dev.faas.webhook;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/** A secret of Standard Webhooks: {@code whsec_} and 24 to 64 bytes in base64. {@code toString} hides it. */
public final class WebhookSecret {
    public static final String PREFIX = "whsec_";
    public static final int MIN_BYTES = 24;
    public static final int MAX_BYTES = 64;

    private static final int NEW_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] key;

    private WebhookSecret(byte[] key) {
        this.key = key;
    }

    public static WebhookSecret create() {
        var key = new byte[NEW_BYTES];
        RANDOM.nextBytes(key);
        return new WebhookSecret(key);
    }

    /** @throws IllegalArgumentException with a message that continues "must" and does not repeat the text */
    public static WebhookSecret parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                var key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (key.length >= MIN_BYTES && key.length <= MAX_BYTES) {
                    return new WebhookSecret(key);
                }
            } catch (IllegalArgumentException notBase64) {
                // the message below covers this case
            }
        }
        throw new IllegalArgumentException(
                "be " + PREFIX + " and " + MIN_BYTES + " to " + MAX_BYTES + " bytes in base64");
    }

    /** The form that a receiver configures. */
    public String text() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    byte[] key() {
        return key.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WebhookSecret secret && Arrays.equals(key, secret.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return "***";
    }
}
