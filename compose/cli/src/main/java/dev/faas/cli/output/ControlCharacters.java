package dev.faas.cli.output;

import java.util.regex.Pattern;

/** Makes texts of others safe to show on a terminal: control characters become visible escapes. */
public final class ControlCharacters {
    /** Colours and weights only: they cannot move the cursor or change the terminal. */
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;:]{0,32}m");

    private ControlCharacters() {}

    /** Keeps tab and newline. */
    public static String escape(String text) {
        return escape(text, false);
    }

    /** Keeps tab, newline and colours: for the output of a command. */
    public static String escapeOutput(String text) {
        return escape(text, true);
    }

    private static String escape(String text, boolean keepColours) {
        if (text.codePoints().noneMatch(ControlCharacters::isHarmful)) {
            return text;
        }
        var safe = new StringBuilder(text.length() + 16);
        var colour = COLOUR.matcher(text);
        for (int i = 0; i < text.length(); ) {
            if (keepColours
                    && text.charAt(i) == '\u001b'
                    && colour.region(i, text.length()).lookingAt()) {
                safe.append(colour.group());
                i = colour.end();
                continue;
            }
            int c = text.codePointAt(i);
            if (isHarmful(c)) {
                safe.append(c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
            } else {
                safe.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return safe.toString();
    }

    /** C0, DEL, C1, and the marks that reverse the direction of text. */
    private static boolean isHarmful(int c) {
        return (c < 0x20 && c != '\n' && c != '\t')
                || (c >= 0x7f && c < 0xa0)
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
