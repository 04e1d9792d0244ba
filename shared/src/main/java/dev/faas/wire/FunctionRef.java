package dev.faas.wire;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Names a function in a request: by id or by name, optionally with {@code @revision}.
 *
 * @param target a valid function id or function name
 */
public record FunctionRef(String target, OptionalInt revision) {
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern REVISION = Pattern.compile("[1-9][0-9]{0,8}");

    /** Empty when the text cannot be the name or id of a function. */
    public static Optional<FunctionRef> parse(String text) {
        int at = text.indexOf('@');
        var target = at < 0 ? text : text.substring(0, at);
        if (!isName(target) && !Ids.isFunction(target)) {
            return Optional.empty();
        }
        if (at < 0) {
            return Optional.of(new FunctionRef(target, OptionalInt.empty()));
        }
        var revision = text.substring(at + 1);
        return REVISION.matcher(revision).matches()
                ? Optional.of(new FunctionRef(target, OptionalInt.of(Integer.parseInt(revision))))
                : Optional.empty();
    }

    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public boolean isId() {
        return Ids.isFunction(target);
    }
}
