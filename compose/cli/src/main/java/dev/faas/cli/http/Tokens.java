package dev.faas.cli.http;

import dev.faas.cli.Failure;
import java.util.Optional;

/** Where {@link Api} gets the access token from. */
public interface Tokens {
    /** Empty: nobody is logged in. May refresh it. */
    Optional<String> current();

    /** Replaces a token that the server refused.
     *
     * @return empty when it cannot be replaced
     */
    Optional<String> replace(String refused);

    /** Refuses what no header can hold. Does not print it.
     *
     * @param source where it was read
     */
    static String check(String source, String token) {
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw Failure.usage(
                    source
                            + " is not a token: it is empty, or has a blank, a line break or another character that no token has",
                    "Log in again: faas login");
        }
        return token;
    }

    /** Whether it is an API key, which nothing replaces. */
    static boolean isKey(String token) {
        return token.startsWith("faas_");
    }

    /** For calls that need no login. */
    Tokens NONE = new Tokens() {
        @Override
        public Optional<String> current() {
            return Optional.empty();
        }

        @Override
        public Optional<String> replace(String refused) {
            return Optional.empty();
        }
    };
}
