package dev.faas.acceptance;

import dev.faas.activation.Activation;
import dev.faas.activation.RunSpec;
import dev.faas.wire.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a client submits.
 *
 * @param timeoutSeconds empty: the function's own limit applies
 * @param delay empty: it is due at once
 * @param variables of the environment of its runs
 * @param callback null: it has none
 */
public record Submission(
        String argument,
        OptionalInt timeoutSeconds,
        Map<String, String> tags,
        Optional<Delay> delay,
        Map<String, String> variables,
        Activation.@Nullable Callback callback) {
    public Submission(
            String argument,
            OptionalInt timeoutSeconds,
            Map<String, String> tags,
            Optional<Delay> delay,
            Map<String, String> variables) {
        this(argument, timeoutSeconds, tags, delay, variables, null);
    }

    public Submission(String argument, OptionalInt timeoutSeconds, Map<String, String> tags, Optional<Delay> delay) {
        this(argument, timeoutSeconds, tags, delay, Map.of());
    }

    public Submission(String argument, OptionalInt timeoutSeconds, Map<String, String> tags) {
        this(argument, timeoutSeconds, tags, Optional.empty());
    }

    public Submission with(Activation.@Nullable Callback other) {
        return new Submission(argument, timeoutSeconds, tags, delay, variables, other);
    }

    public Submission {
        if (argument.indexOf('\0') >= 0) {
            throw Problem.invalid("argument", "must be text without NUL").asException();
        }
        if (argument.length() > RunSpec.MAX_ARGUMENT_BYTES
                || argument.getBytes(StandardCharsets.UTF_8).length > RunSpec.MAX_ARGUMENT_BYTES) {
            throw tooLarge();
        }
    }

    /** {@code argument_too_large} */
    public static RuntimeException tooLarge() {
        return Problem.tooLarge(
                        "argument_too_large",
                        "Argument too large",
                        "The argument has more than " + RunSpec.MAX_ARGUMENT_BYTES
                                + " bytes of UTF-8. Store larger data where the function can read it.",
                        RunSpec.MAX_ARGUMENT_BYTES)
                .asException();
    }

    @Override
    public String toString() {
        return "Submission[" + argument.length() + " characters, " + tags.size() + " tags]";
    }
}
