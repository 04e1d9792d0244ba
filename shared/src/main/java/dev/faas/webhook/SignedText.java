package dev.faas.webhook;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What a sender signs, such as {@code v0:{timestamp}:{body}}. */
public record SignedText(String template) {
    private static final String TIMESTAMP = "{timestamp}";
    private static final String BODY = "{body}";
    private static final int MAX_LENGTH = 200;
    private static final Pattern FORM = Pattern.compile("([^{}]|\\{timestamp})*\\{body}([^{}]|\\{timestamp})*");

    public static final SignedText BODY_ALONE = new SignedText(BODY);

    /** @throws IllegalArgumentException with a message that continues "must" */
    public SignedText {
        if (template.length() > MAX_LENGTH || !FORM.matcher(template).matches()) {
            throw new IllegalArgumentException("have " + BODY + " once, may have " + TIMESTAMP
                    + ", no other braces, and at most " + MAX_LENGTH + " characters");
        }
    }

    boolean hasTimestamp() {
        return template.contains(TIMESTAMP);
    }

    /** The signed bytes, in parts: the body is not copied. */
    byte[][] fill(String timestamp, byte[] body) {
        int at = template.indexOf(BODY);
        return new byte[][] {
            fill(template.substring(0, at), timestamp), body, fill(template.substring(at + BODY.length()), timestamp)
        };
    }

    private static byte[] fill(String part, String timestamp) {
        return part.replace(TIMESTAMP, timestamp).getBytes(StandardCharsets.UTF_8);
    }
}
