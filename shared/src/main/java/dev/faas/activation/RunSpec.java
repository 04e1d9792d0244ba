package dev.faas.activation;

import dev.faas.wire.FunctionSpec;
import java.util.Objects;

/** Says what to run. Only the accepted event carries it, never later states, lists or streams.
 *
 * @param spec of the accepted revision
 */
public record RunSpec(FunctionSpec spec, String argument) {
    /** What one argument of a Linux command line holds (MAX_ARG_STRLEN without the final NUL), in bytes of UTF-8. */
    public static final int MAX_ARGUMENT_BYTES = 131_071;

    public RunSpec {
        Objects.requireNonNull(spec);
        Objects.requireNonNull(argument);
    }

    @Override
    public String toString() {
        return "RunSpec[" + spec.name() + ", " + argument.length() + " characters]";
    }
}
