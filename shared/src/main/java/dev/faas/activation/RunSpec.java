package dev.faas.activation;

import dev.faas.wire.FunctionSpec;
import java.util.Objects;

/**
 * What is to be run: carried by the accepted event alone, never by later snapshots, lists or streams.
 *
 * @param spec the accepted revision's
 */
public record RunSpec(FunctionSpec spec, String argument) {
    public RunSpec {
        Objects.requireNonNull(spec);
        Objects.requireNonNull(argument);
    }

    @Override
    public String toString() {
        return "Order[" + spec.name() + ", " + argument.length() + " characters]";
    }
}
