package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.util.Objects;

/** What lies in the queue: small, it names the activation; what is to be run stands in the accepted event. */
public record ActivationCommand(String id, String owner, String functionId) implements Versioned {
    public ActivationCommand {
        Objects.requireNonNull(id);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(functionId);
    }

    public static ActivationCommand of(Activation activation) {
        return new ActivationCommand(
                activation.id(), activation.owner(), activation.function().id());
    }
}
