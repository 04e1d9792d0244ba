package dev.faas.wire;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an API key may do. */
public enum Scope {
    /** Read functions, activations, results and logs. */
    READ,
    /** Submit, replay and cancel activations. */
    INVOKE,
    /** Create, change and delete functions. */
    FUNCTIONS,
    /** Write and delete secrets. */
    SECRETS;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text().equals(text))
                .findFirst();
    }
}
