package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.util.Objects;

/** Names an activation in the work queue. It is small: the accepted event has the {@link RunSpec}. */
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
