package dev.faas.wire;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret as a function names it: {@code db} is a file, {@code DB_PASSWORD=db} a variable, {@code db@3} the third version.
 *
 * @param variable null: a file
 * @param version empty: the newest one when a run starts
 */
public record SecretRef(@Nullable String variable, String name, OptionalInt version) {
    /** Where the files are, each with the name of its secret. */
    public static final String FOLDER = "/run/secrets";
    /** Secrets that a function may name. */
    public static final int MAX_COUNT = 16;
    /** Of all values that a run gets. */
    public static final int MAX_TOTAL_BYTES = 256 * 1024;
    /** The pattern of a variable's name. */
    public static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,254}";

    private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
    private static final Pattern NAME_ONLY = Pattern.compile(NAME);
    private static final Pattern WHOLE =
            Pattern.compile("(?:(" + VARIABLE + ")=)?(" + NAME + ")(?:@([1-9][0-9]{0,8}))?");

    /** Empty when the text names no secret. */
    public static Optional<SecretRef> parse(String text) {
        var matcher = WHOLE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var version = matcher.group(3);
        return Optional.of(new SecretRef(
                matcher.group(1),
                matcher.group(2),
                version == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(version))));
    }

    /** Whether a secret may have this name. */
    public static boolean isName(String text) {
        return NAME_ONLY.matcher(text).matches();
    }

    /** What it sets: the variable, or the path of the file. */
    public String target() {
        return variable == null ? FOLDER + "/" + name : variable;
    }
}
