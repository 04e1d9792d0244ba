package dev.faas.wire;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes text of others safe for a log and a terminal. */
public final class Printable {
    /** C0 with line ends, DEL, C1, the line ends of Unicode, and what turns the direction of text. */
    private static final Pattern CONTROL =
            Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]");

    private Printable() {}

    public static @Nullable String ofNullable(@Nullable String text) {
        return text == null ? null : of(text);
    }

    /** With each control character as {@code \}{@code u00XX}. */
    public static String of(String text) {
        return CONTROL.matcher(text).replaceAll(Printable::escape);
    }

    private static String escape(MatchResult found) {
        return "\\\\u%04x".formatted((int) found.group().charAt(0));
    }
}
