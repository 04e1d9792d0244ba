package dev.faas.cli.output;

import dev.faas.cli.Failure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/** Reads and writes sizes as Docker does: {@code 512k}, {@code 256m}, {@code 1.5g}; a plain number is bytes, a k is 1,024. */
public final class Sizes {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?) ?(?:([kmgt])i?)?b?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgt";
    private static final long MIB = 1 << 20;
    private static final long LEAST_MEMORY = 8 * MIB;
    private static final long MOST_MEMORY = 65_536 * MIB;

    private Sizes() {}

    /** Bytes.
     *
     * @param flag named in the error
     */
    public static long parse(String flag, String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw Failure.usage("%s: '%s' is not a size".formatted(flag, text), "Write it like 512k, 256m or 1.5g.");
        }
        int power = form.group(2) == null
                ? 0
                : 1 + UNITS.indexOf(Character.toLowerCase(form.group(2).charAt(0)));
        return new BigDecimal(form.group(1))
                .multiply(BigDecimal.valueOf(1L << (10 * power)))
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .setScale(0, RoundingMode.DOWN)
                .longValueExact();
    }

    /** In units of {@code unit} bytes, rounded up. */
    public static long parse(String flag, String text, long unit) {
        return Math.ceilDiv(parse(flag, text), unit);
    }

    /** The memory of a run in MiB. A plain number that only makes sense as MiB is refused.
     *
     * @param flag named in the error
     */
    public static long memoryMb(String flag, String text) {
        long bytes = parse(flag, text);
        if (bytes < LEAST_MEMORY && text.chars().allMatch(Character::isDigit)) {
            throw Failure.usage(
                    "%s: %s is %d bytes; allowed: 8m to 64g".formatted(flag, text, bytes),
                    bytes * MIB >= LEAST_MEMORY && bytes * MIB <= MOST_MEMORY
                            ? "Did you mean %dm?".formatted(bytes)
                            : "Write it like 256m or 1.5g.");
        }
        if (bytes < LEAST_MEMORY || bytes > MOST_MEMORY) {
            throw Failure.usage("%s: '%s' is not allowed: 8m to 64g".formatted(flag, text));
        }
        return Math.ceilDiv(bytes, MIB);
    }

    /** In the form that {@link #parse} reads, in the largest unit that needs no fraction. */
    public static String render(long bytes) {
        int power = 0;
        long rest = bytes;
        while (rest != 0 && rest % 1024 == 0 && power < UNITS.length()) {
            rest /= 1024;
            power++;
        }
        return power == 0 ? rest + "b" : rest + UNITS.substring(power - 1, power);
    }
}
