package dev.faas.cli.http;

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
