package dev.faas.http.token;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A JSON object with a signature as its last member, which older readers ignore:
 * {@code {…,"signed":{"counter":1,"signature":"…"}}}.
 *
 * @param value the object without the signature, to the character
 * @param counter grows with each signature
 * @param signature in base64url
 */
record SignedEntry(String value, long counter, String signature) {
    private static final Pattern FORM = Pattern.compile(
            "(\\{.+),\"signed\":\\{\"counter\":([0-9]{1,18}),\"signature\":\"([A-Za-z0-9_-]{86})\"\\}\\}",
            Pattern.DOTALL);

    /** Empty without a signature. */
    static Optional<SignedEntry> parse(byte[] bytes) {
        var parts = FORM.matcher(new String(bytes, StandardCharsets.UTF_8));
        return parts.matches()
                ? Optional.of(new SignedEntry(parts.group(1) + "}", Long.parseLong(parts.group(2)), parts.group(3)))
                : Optional.empty();
    }

    byte[] bytes() {
        return "%s,\"signed\":{\"counter\":%d,\"signature\":\"%s\"}}"
                .formatted(value.substring(0, value.length() - 1), counter, signature)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What is signed. The value is last, because only it may contain line ends. */
    static String statement(String bucket, String key, long counter, String value) {
        return "faas bus entry 1\n" + bucket + "\n" + key + "\n" + counter + "\n" + value;
    }
}
