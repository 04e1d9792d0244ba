package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import java.time.InstantSource;

/** Holds what the repairs of activations have in common. */
public record RepairContext(
        RepairStore store,
        ActivationEvents events,
        CommandQueue queue,
        LostActivationCloser closer,
        InstantSource clock) {}
