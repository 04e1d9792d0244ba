package dev.faas.acceptance;

import dev.faas.wire.Problem;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Identifies a client's request, so that a repeat is recognized. The text is opaque; quotes are part of it.
 *
 * @param content what a repeat must be equal in; empty: in what the activation would be
 */
public record IdempotencyKey(String text, Optional<String> content) {
    public static final String HEADER = "Idempotency-Key";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    public IdempotencyKey(String text) {
        this(text, Optional.empty());
    }

    public IdempotencyKey {
        if (!isValid(text)) {
            throw Problem.invalid(HEADER, "must be 1 to 255 visible ASCII characters, without spaces")
                    .asException();
        }
    }

    /** 1 to 255 visible ASCII characters. */
    public static boolean isValid(String text) {
        return VISIBLE.matcher(text).matches();
    }

    @Override
    public String toString() {
        return "IdempotencyKey[" + text.length() + " characters]";
    }
}
