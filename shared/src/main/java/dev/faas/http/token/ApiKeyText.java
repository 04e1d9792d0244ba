package dev.faas.http.token;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The text of an API key: {@code faas_}, 30 random characters (178 bits) and a checksum of them in 6 characters, so that scanners
 * find keys in files and a mistyped one is refused at once.
 */
public final class ApiKeyText {
    static final String PREFIX = "faas_";

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_LENGTH = 30;
    private static final int CHECKSUM_LENGTH = 6;
    private static final int HINT_LENGTH = 9;
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9A-Za-z]{36}");

    private ApiKeyText() {}

    public static String create(SecureRandom random) {
        var text = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return PREFIX + text + checksum(text.toString());
    }

    /** The beginning, by which its owner knows a key. */
    public static String hint(String key) {
        return key.substring(0, HINT_LENGTH);
    }

    static boolean isKey(String text) {
        if (!FORM.matcher(text).matches()) {
            return false;
        }
        int end = PREFIX.length() + RANDOM_LENGTH;
        return checksum(text.substring(PREFIX.length(), end)).equals(text.substring(end));
    }

    private static String checksum(String random) {
        var crc = new CRC32();
        crc.update(random.getBytes(StandardCharsets.US_ASCII));
        var digits = new char[CHECKSUM_LENGTH];
        long rest = crc.getValue();
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new String(digits);
    }
}
