package dev.faas.registry.paging;

import static java.util.stream.Collectors.joining;

import dev.faas.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where a list goes on, opaque to the client: a version, the last key seen, and a hash of what was asked, so that it fits
 * the same question only.
 */
public final class Cursor {
    private static final String VERSION = "1";
    private static final int HASH_BYTES = 9;

    private Cursor() {}

    /** @param question everything that makes the list what it is: owner, filters */
    public static String after(String last, List<String> question) {
        var text = VERSION + "|" + hash(question) + "|" + last;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when it is no cursor of this question. */
    static Optional<String> last(String cursor, List<String> question, Predicate<String> isKey) {
        return parts(cursor)
                .filter(parts -> parts[1].equals(hash(question)))
                .map(parts -> parts[2])
                .filter(isKey);
    }

    /** Is it a cursor of some question? */
    static boolean isOne(String cursor) {
        return parts(cursor).isPresent();
    }

    private static Optional<String[]> parts(String cursor) {
        return decode(cursor)
                .map(text -> text.split("\\|", 3))
                .filter(parts -> parts.length == 3 && parts[0].equals(VERSION));
    }

    private static Optional<String> decode(String cursor) {
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static String hash(List<String> question) {
        var text = question.stream().map(part -> part + '\0').collect(joining());
        var hash = Arrays.copyOf(Sha256.digest(text), HASH_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }
}
