package dev.faas.http.paging;

import static java.util.stream.Collectors.joining;

import dev.faas.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Encodes where a list continues, opaque to the client: a version, a hash of the list's scope and the last key of the page. A
 * cursor is valid in its own scope only.
 */
public final class Cursor {
    private static final String VERSION = "1";
    private static final int HASH_BYTES = 9;

    private Cursor() {}

    /** @param scope what identifies the list: its kind, owner and filters */
    public static String encode(String lastKey, List<String> scope) {
        var text = VERSION + "|" + hashOf(scope) + "|" + lastKey;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The last key; empty when this is not a cursor of this scope. */
    static Optional<String> decode(String cursor, List<String> scope, Predicate<String> isKey) {
        return parts(cursor)
                .filter(parts -> parts[1].equals(hashOf(scope)))
                .map(parts -> parts[2])
                .filter(isKey);
    }

    /** Whether this is a cursor of any scope. */
    static boolean isCursor(String cursor) {
        return parts(cursor).isPresent();
    }

    private static Optional<String[]> parts(String cursor) {
        return decodeBase64(cursor)
                .map(text -> text.split("\\|", 3))
                .filter(parts -> parts.length == 3 && parts[0].equals(VERSION));
    }

    private static Optional<String> decodeBase64(String cursor) {
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static String hashOf(List<String> scope) {
        var text = scope.stream().map(part -> part + '\0').collect(joining());
        var hash = Arrays.copyOf(Sha256.digest(text), HASH_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }
}
