package dev.faas.cli.output;

import dev.faas.cli.Failure;

/** Reads numbers as people type them. */
public final class Numbers {
    private Numbers() {}

    /** Java reads {@code 1d}, {@code 0x1p3} and {@code NaN} as numbers, too.
     *
     * @param flag named in the error
     */
    public static double decimal(String flag, String text) {
        if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?|\\.[0-9]{1,15}")) {
            throw Failure.usage("%s: '%s' is not a number".formatted(flag, text));
        }
        return Double.parseDouble(text);
    }
}
