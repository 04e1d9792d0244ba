package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faas.wire.FunctionSpec;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says what to run. Only the accepted event carries it, never later states, lists or streams.
 *
 * @param spec of the accepted revision
 * @param variables of the environment, from what submitted it; the function's own win
 */
public record RunSpec(
        FunctionSpec spec,
        String argument,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> variables) {
    /** What one argument of a Linux command line holds (MAX_ARG_STRLEN without the final NUL), in bytes of UTF-8. */
    public static final int MAX_ARGUMENT_BYTES = 131_071;

    public RunSpec(FunctionSpec spec, String argument) {
        this(spec, argument, Map.of());
    }

    /** @param variables null in what an earlier version has written */
    public RunSpec(FunctionSpec spec, String argument, @Nullable Map<String, String> variables) {
        this.spec = Objects.requireNonNull(spec);
        this.argument = Objects.requireNonNull(argument);
        this.variables = variables == null ? Map.of() : Map.copyOf(variables);
    }

    @Override
    public String toString() {
        return "RunSpec[" + spec.name() + ", " + argument.length() + " characters]";
    }
}
